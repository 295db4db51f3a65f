"""Memory and processor time of a process and of all that it has started, by what they are."""

import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")

# The first word that stands in a command line tells what it is. gunicorn and what it forks are the user's, not ours.
WHAT = (
    ("guard.py", "guard"),
    ("gunicov_helper.py", "helper"),
    ("gunicov_runner.py", "runner"),
    ("gunicorn", "gunicorn"),
)


def family(pid):
    """{pid: what it is} of a gunicov and its descendants. Forks of the runner are its waiting children."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(stat(folder.name)[1])
        except OSError:
            continue
    found = {pid: "gunicov"}
    while True:
        new = {one: of for one, of in parents.items() if of in found and one not in found}
        if not new:
            return found
        for one, of in new.items():
            found[one] = named(one, found[of])


def named(pid, parent):
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return "gone"
    what = next((what for word, what in WHAT if word in line), line.replace("\0", " "))
    return (
        "waiting children" if what == "runner" == parent or parent == "waiting children" else what
    )


def stat(pid):
    """The fields of /proc/<pid>/stat from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory(pid):
    """MB that are its own: what it shares with others is counted by parts (PSS)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(text.split("\nPss:")[1].split()[0]) / 1024


def resident(pid):
    """(MB resident now, the most there ever were)"""
    text = Path(f"/proc/{pid}/status").read_text()
    return tuple(int(text.split(name)[1].split()[0]) / 1024 for name in ("VmRSS:", "VmHWM:"))


def ticks(pid):
    fields = stat(pid)
    return int(fields[11]) + int(fields[12])


def at_rest(pid, wait, seconds):
    """{what: {processes, memory_mb, percent of a processor}} while `wait(seconds)` goes on."""
    members = family(pid)
    before, began = {one: ticks(one) for one in members}, time.monotonic()
    wait(seconds)
    took = time.monotonic() - began
    table = {}
    for one, what in members.items():
        row = table.setdefault(what, {"processes": 0, "memory_mb": 0, "percent": 0})
        row["processes"] += 1
        row["memory_mb"] += memory(one)
        row["percent"] += 100 * (ticks(one) - before[one]) / TICK / took
    return table
