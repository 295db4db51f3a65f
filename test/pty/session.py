"""gunicov on a copy of the demo, in a terminal: what its screen says, and what runs because of it."""

import os
import re
import shutil
import signal
import sys
import uuid
from pathlib import Path

from terminal import TIMEOUT, Terminal

ROOT = Path(__file__).resolve().parents[2]
GUNICOV = ROOT / "bin" / "gunicov"

# All that the demo needs beside its own Python; a desktop's opener is no part of it.
PROGRAMS = ("node", "sh", "bash", "env", "dirname", "sleep")
# The pid goes where nothing is watched: a file that a test writes beside itself is a change.
SLOW_TEST = """
import os, pathlib, time

def test_that_takes_its_time():
    pathlib.Path(__file__).parents[2].joinpath("slow.pid").write_text(str(os.getpid()))
    time.sleep(600)
"""


class Demo:
    """A copy of the repository's demo, to edit in; `bin` is a directory on the PATH of its own."""

    def __init__(self, directory):
        self.dir = Path(os.path.realpath(directory)) / "demo"
        ignored = shutil.ignore_patterns(".gunicov", ".*_cache", "__pycache__")
        shutil.copytree(ROOT / "demo", self.dir, ignore=ignored)
        self.bin = self.dir.parent / "bin"
        self.bin.mkdir()
        for program in PROGRAMS:
            (self.bin / program).symlink_to(shutil.which(program))
        self._originals = {}

    def path(self, name):
        """Path of a module of the source (`verdict`) or of a file by its name (`test/test_api.py`)."""
        return self.dir / (name if "/" in name else f"source/xy/{name}.py")

    def edit(self, name, old, new):
        """Put `new` in the place of `old`, as an editor that saves the file."""
        path = self.path(name)
        text = path.read_text()
        assert old in text, f"no {old!r} in {path}"
        self.write(name, text.replace(old, new, 1))

    def write(self, name, text):
        path = self.path(name)
        self._originals.setdefault(path, path.read_text() if path.exists() else None)
        path.write_text(text)

    def restore(self):
        """Everything as it was at first. Tells whether anything was not."""
        changed = False
        for path, text in self._originals.items():
            now = path.read_text() if path.exists() else None
            changed = changed or now != text
            if text is None:
                path.unlink(missing_ok=True)
            elif now != text:
                path.write_text(text)
        self._originals.clear()
        return changed

    def add_slow_test(self):
        """A test that runs until it is ended."""
        self.write("test/test_slow.py", SLOW_TEST)

    def only_a_slow_test(self):
        for path in (self.dir / "test").glob("test_*.py"):
            path.unlink()
        self.add_slow_test()

    def program(self, name, script):
        """A program of that name on the PATH; gives its path."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path


class Session(Terminal):
    """`gunicov --local` on a demo."""

    def __init__(self, demo, rows=24, columns=80, env=None, arguments=(), shell=None, wrapper=()):
        """`shell`: argv of a program to start in place of gunicov, whose command is then `argv`.

        `wrapper`: argv of a program that starts the rest of its own.
        """
        self.demo = demo
        self.mark_of_processes = f"GUNICOV_PTY_TEST={uuid.uuid4()}"
        name, value = self.mark_of_processes.split("=")
        # As a person's shell has it: nothing of the test run, of a build machine or of an outer gunicov.
        environment = {
            "PATH": f"{demo.bin}:{Path(sys.executable).parent}",
            "HOME": str(demo.dir.parent),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            name: value,
            **(env or {}),
        }
        self.argv = ["node", str(GUNICOV), "--local", *arguments]
        argv = [*wrapper, *self.argv] if shell is None else shell
        super().__init__(argv, rows, columns, environment, demo.dir)

    def __exit__(self, *_):
        super().__exit__(*_)
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    # ── What the screen says ──

    @property
    def idle(self):
        return any("○ waiting for a change" in line for line in self.lines[:3])

    @property
    def cycle(self):
        """Number of the cycle that ended last, as the screen has it; 0: none."""
        numbers = re.findall(r"cycle (\d+)", "\n".join(self.lines[:4]))
        return int(numbers[-1]) if numbers else 0

    @property
    def at_cursor(self):
        """The row with the cursor's mark, without the mark; empty where there is none."""
        return next((line[1:].strip() for line in self.lines[3:] if line.startswith("▸")), "")

    @property
    def selected_tab(self):
        """The page whose tab is shown in reverse."""
        row = next(i for i, line in enumerate(self.lines) if line.startswith(" 1 coverage"))
        return "".join(cell.data for cell in self.cells[row] if cell.reverse).strip()

    def row(self, name):
        """Words of the table's row of a file (`verdict`), or of `TOTAL`; None: not on the screen."""
        start = "TOTAL" if name == "TOTAL" else f"source/xy/{name}.py"
        rows = [line.lstrip("▸ ") for line in self.lines[4:]]
        return next((row.split() for row in rows if row.startswith(f"{start} ")), None)

    def numbers(self, name):
        """(statements, missed, partial) as texts of the row that `row` gives; None: not on the screen."""
        head = next(
            (line.split() for line in self.lines if re.match(r"  (?:file|.*stmts)", line)), []
        )
        row = self.row(name)
        told = dict(zip(head, row or []))
        return row and tuple(told.get(title) for title in ("stmts", "miss", "part"))

    # ── Waiting and moving ──

    def wait_cycle(self, after=0):
        """Wait until a cycle later than number `after` has ended and nothing runs; its number."""
        what = f"the end of a cycle after {after}"
        self.wait_for(lambda s: s.idle and s.cycle > after, describe=what)
        return self.cycle

    def cycle_by(self, action, *arguments):
        """Do something that starts a cycle, and wait for its end; its number."""
        before = self.cycle
        action(*arguments)
        return self.wait_cycle(before)

    def wait_cursor(self, text):
        self.wait_for(lambda s: text in s.at_cursor, describe=f"the cursor at {text!r}")

    def wait_tab(self, text):
        self.wait_for(lambda s: text in s.selected_tab, describe=f"the page {text!r}")

    def wait_slow_test(self):
        """Wait until the slow test runs, and give the pid of the process that it runs in."""
        path = self.demo.dir.parent / "slow.pid"
        self.wait_for(lambda _: path.exists() and path.read_text(), describe="the slow test")
        self.wait_for("▸ testing")
        return int(path.read_text())

    # ── What runs ──

    def processes(self):
        """{pid: argv} of all that this session has started and that still runs, gunicov included."""
        mark = self.mark_of_processes.encode()
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    argv = (path / "cmdline").read_bytes().split(b"\0")
                    found[int(path.name)] = [word.decode(errors="replace") for word in argv[:-1]]
            except OSError:
                continue  # it has ended meanwhile
        return found

    def wait_nothing_left(self, timeout=TIMEOUT):
        """Wait until none of this session's processes is left."""
        try:
            self.wait_for(lambda s: not s.processes(), timeout)
        except AssertionError:
            left = "\n".join(f"{pid}: {argv}" for pid, argv in self.processes().items())
            raise AssertionError(f"left behind:\n{left}") from None
