"""See bench/screen, which sets up and calls this."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.screen.processes import at_rest, resident
from lib.screen.stage import ROOT, install, paths
from lib.screen.terminal import Terminal

FILES = (50, 500, 5000)
CYCLES = 5  # before memory is looked at
LAUNCHES = 9
REST = 20.0  # seconds of rest that are measured
OURS = ("gunicov", "helper", "runner", "waiting children", "guard")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def press(terminal, rows, count):
    """Move down and up so often. A key's frame is the one that has the cursor on the key's row: only that key makes it."""
    at, told = 0, []
    for number in range(count):
        at += 1 if number % 20 < 10 else -1
        told.append(terminal.key(b"j" if number % 20 < 10 else b"k", on_row(rows[at])))
        terminal.pass_over(0.04 + 0.001 * (number % 40))  # in no step with what is drawn by itself
    times, sizes = zip(*told)
    return {
        "median_ms": statistics.median(times),
        "p99_ms": percentile(times, 0.99),
        "bytes": statistics.median(sizes),
    }


def on_row(path):
    return lambda display: any(row.startswith("▸ " + path) for row in display)


def finished(cycle):
    return lambda display: f"cycle {cycle} ✓ passed" in display[2]


def screen(files, keys):
    """The real command with a played server of so many files."""
    with tempfile.TemporaryDirectory() as folder:
        command, project = install(Path(folder))
        env = {"SCREEN_FILES": str(files), "SCREEN_RUNS": str(CYCLES)}
        terminal = Terminal(["node", command], project, **env)
        try:
            terminal.wait(finished(1))
            for cycle in range(2, CYCLES + 1):
                terminal.pass_over(0.5)
                terminal.key(b"a", finished(cycle))
            terminal.pass_over(3)
            now, most = resident(terminal.pid)
            found = {"files": files, "memory_mb": now, "most_memory_mb": most}
            rows = paths(files)
            press(terminal, rows, 40)
            found["rest"] = press(terminal, rows, keys)
            terminal.key(b"a", lambda display: "tests" in display[1] and "/100000" in display[1])
            press(terminal, rows, 40)
            found["streaming"] = press(terminal, rows, keys)
            return found
        finally:
            terminal.end()


def launches():
    """ms of an empty script, and from launch to the first frame of the real command, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.mjs"
        empty.write_text("")
        (Path(folder) / "gunicov.toml").write_text(
            '[tool.gunicov.server]\ncommand = ["sleep", "60"]\n'
        )
        nothing, first = [], []
        for number in range(LAUNCHES + 1):
            began = time.monotonic()
            subprocess.run(["node", empty], check=True)
            alone = 1000 * (time.monotonic() - began)
            terminal = Terminal(["node", ROOT / "bin" / "gunicov"], folder)
            at, _ = terminal.wait(lambda display: "gunicov" in display[0])
            if number > 0:  # the first one may have compiled
                nothing.append(alone)
                first.append(1000 * (at - terminal.began))
            terminal.end()
    return {
        "empty_ms": statistics.median(nothing),
        "first_frame_ms": statistics.median(first),
        "ratio": statistics.median(b / a for a, b in zip(nothing, first)),
    }


def real():
    """The demo on this machine: from launch to its first report, and what all of its processes take at rest."""
    terminal = Terminal(["node", ROOT / "bin" / "gunicov", "watch", "--local"], ROOT / "demo")
    try:
        at, _ = terminal.wait(finished(1))
        first = 1000 * (at - terminal.began)
        terminal.pass_over(5)
        processes = at_rest(terminal.pid, terminal.pass_over, REST)
        return {"first_report_ms": first, "processes": processes}
    finally:
        terminal.end()


def main():
    parser = argparse.ArgumentParser(
        prog="bench/screen", description="see the head of bench/screen"
    )
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    stream = sys.stderr if options.json else sys.stdout

    def say(text):
        print(text, file=stream, flush=True)

    result = {"screens": [], "load": os.getloadavg()[0]}
    for files in FILES:
        found = screen(files, options.keys)
        result["screens"].append(found)
        for when in ("rest", "streaming"):
            one = found[when]
            say(
                f"{files:5} files, {when}: key → frame {one['median_ms']:.1f} ms, 99 % {one['p99_ms']:.1f} ms, "
                f"{one['bytes']:.0f} bytes"
            )
        say(
            f"{files:5} files: {found['memory_mb']:.0f} MB after {CYCLES} cycles, {found['most_memory_mb']:.0f} MB at most"
        )
    launch = result["launch"] = launches()
    say(
        f"launch → first frame {launch['first_frame_ms']:.0f} ms, {launch['ratio']:.1f} × an empty script "
        f"({launch['empty_ms']:.0f} ms)"
    )
    demo = result["demo"] = real()
    say(
        f"the demo on this machine: launch → first report {demo['first_report_ms']:.0f} ms; at rest:"
    )
    for what, row in demo["processes"].items():
        say(
            f"  {what:16} {row['processes']} × {row['memory_mb'] / row['processes']:.0f} MB, {row['percent']:.2f} %"
        )
    ours = [row for what, row in demo["processes"].items() if what in OURS]
    say(
        f"  all of ours      {sum(row['memory_mb'] for row in ours):.0f} MB, {sum(row['percent'] for row in ours):.2f} %"
    )
    if options.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
