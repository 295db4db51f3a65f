"""See bench/screen, which sets up and calls this."""

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "bench" / "lib" / "screen-app.ts"
SIZE = (40, 120)
SIZES = (50, 500, 5000)
CURSOR = "▸".encode()
PATIENCE = 20.0
LAUNCHES = 7


class Terminal:
    """A command on a pty, and what it writes."""

    def __init__(self, argv, cwd=ROOT):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
            os.chdir(cwd)
            os.environ["TERM"] = "xterm-256color"
            os.environ.pop("CI", None)
            os.execvp(argv[0], [str(word) for word in argv])
        os.set_blocking(self.fd, False)

    def read(self, until, limit=PATIENCE):
        """Read until `until(bytes so far)`; returns (ms it took, how many bytes)."""
        began, seen = time.monotonic(), bytearray()
        while time.monotonic() - began < limit:
            if select.select([self.fd], [], [], 0.05)[0]:
                seen += self.take()
                if until(seen):
                    return 1000 * (time.monotonic() - began), len(seen)
        raise SystemExit(f"bench/screen: the screen does not answer: {bytes(seen[-200:])!r}")

    def take(self):
        try:
            return os.read(self.fd, 1 << 20)
        except (BlockingIOError, OSError):
            return b""

    def quiet(self, seconds=0.3):
        """Read until nothing has come for so long."""
        while select.select([self.fd], [], [], seconds)[0] and self.take():
            pass

    def key(self, key):
        os.write(self.fd, key)
        return self.read(lambda seen: CURSOR in seen)

    def memory(self):
        """Resident memory in MB."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024

    def processor(self, seconds):
        """Share of one processor that it takes, in percent."""
        before = self.ticks()
        self.quiet(seconds)
        time.sleep(seconds)
        return 100 * (self.ticks() - before) / os.sysconf("SC_CLK_TCK") / (2 * seconds)

    def ticks(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            self.take()
            time.sleep(0.01)
        os.close(self.fd)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def press(terminal, count):
    """Move down and up so often; the sums of what each key took."""
    told = []
    for number in range(count):
        told.append(terminal.key(b"j" if number % 20 < 10 else b"k"))
        time.sleep(0.08)  # its frame is whole, and the next key is one of its own
    times, sizes = zip(*told)
    return {
        "median_ms": statistics.median(times),
        "p99_ms": percentile(times, 0.99),
        "bytes": statistics.median(sizes),
    }


def screen(files, keys):
    terminal = Terminal(["node", APP, files])
    try:
        terminal.read(lambda seen: CURSOR in seen)
        terminal.quiet()
        press(terminal, 20)
        found = {"files": files, "rest": press(terminal, keys)}
        terminal.quiet()
        found["idle_percent"] = terminal.processor(3)
        os.kill(terminal.pid, signal.SIGUSR2)
        time.sleep(0.5)
        found["streaming"] = press(terminal, keys)
        found["memory_mb"] = terminal.memory()
        return found
    finally:
        terminal.end()


def launches():
    """Median ms of an empty script, and from launch to the first frame of the real command."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.mjs"
        empty.write_text("")
        (Path(folder) / "gunicov.toml").write_text(
            '[tool.gunicov.server]\ncommand = ["sleep", "60"]\n'
        )
        nothing, first = [], []
        for _ in range(LAUNCHES):
            began = time.monotonic()
            subprocess.run(["node", empty], check=True)
            nothing.append(1000 * (time.monotonic() - began))
            terminal = Terminal(["node", ROOT / "bin" / "gunicov"], folder)
            terminal.read(lambda seen: b"gunicov" in seen)
            first.append(1000 * (time.monotonic() - terminal.began))
            terminal.end()
    return {
        "empty_ms": statistics.median(nothing),
        "first_frame_ms": statistics.median(first),
        "ratio": statistics.median(b / a for a, b in zip(nothing, first)),
    }


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
    for files in SIZES:
        found = screen(files, options.keys)
        result["screens"].append(found)
        for when in ("rest", "streaming"):
            one = found[when]
            say(
                f"{files:5} files, {when}: key → frame {one['median_ms']:.1f} ms, 99 % {one['p99_ms']:.1f} ms, "
                f"{one['bytes']:.0f} bytes"
            )
        say(
            f"{files:5} files: {found['memory_mb']:.0f} MB, at rest {found['idle_percent']:.2f} % of a processor"
        )
    result["launch"] = launches()
    launch = result["launch"]
    say(
        f"launch → first frame {launch['first_frame_ms']:.0f} ms, {launch['ratio']:.1f} × an empty script "
        f"({launch['empty_ms']:.0f} ms)"
    )
    if options.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
