"""A client of gunicov_runner: injects it as docs/protocol.md section 1 says, and talks to it.

PYTEST_DONT_REWRITE: the test modules import it before pytest has it as a plugin.
"""

import json
import os
import queue
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from injected import bootstrap, preamble

BOOTSTRAP, PREAMBLE = bootstrap("gunicov_runner"), preamble("gunicov_runner")
# What a build machine may have set, and a container does not have.
FOREIGN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH", "PYTEST_", "COV")
TIMEOUT = 30.0


class Answer:
    """How a request settled: `ok` or `error`, and the events before it."""

    def __init__(self):
        self.events = []
        self.ok = self.error = None

    def __repr__(self):
        return f"<Answer ok={self.ok} error={self.error}>"

    def kinds(self):
        return [event["event"] for event in self.events]

    def tests(self):
        """The tests by id; the last event of an id wins."""
        return {event["test"]: event for event in self.events if event["event"] == "test"}

    def outcomes(self):
        return {name: event["outcome"] for name, event in self.tests().items()}


class RunnerClient:
    """One runner process; `hello` is its first line."""

    def __init__(self, cwd, python=sys.executable, env=None, ahead=b""):
        environ = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        self.process = subprocess.Popen(
            [python, "-c", BOOTSTRAP],
            cwd=str(cwd),
            env={**environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.pid = self.process.pid
        self.errors = b""
        self.messages = queue.Queue()
        self.threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read, self._read_errors)
        ]
        for thread in self.threads:
            thread.start()
        self.write(PREAMBLE + ahead)
        self.number = 0
        self.hello = self.next()

    def _read(self):
        for line in self.process.stdout:
            self.messages.put(json.loads(line.decode("utf-8")))
        self.messages.put(None)

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next(self, timeout=TIMEOUT):
        """The next message; None at the end of the runner's output."""
        return self.messages.get(timeout=timeout)

    def send(self, do, **fields):
        """Send a request; returns its number."""
        self.number += 1
        line = json.dumps({"id": self.number, "do": do, **fields})
        self.write(line.encode() + b"\n")
        return self.number

    def until(self, number, stop, timeout=TIMEOUT):
        """Read messages of request `number` until `stop(message)`; returns all of them."""
        seen = []
        while True:
            message = self.next(timeout)
            assert message is not None, f"the runner ended: {self.errors.decode()}"
            if message.get("id") == number:
                seen.append(message)
                if stop(message):
                    return seen

    def wait(self, number, timeout=TIMEOUT):
        """Wait until request `number` has settled; returns its Answer."""
        answer = Answer()
        *answer.events, last = self.until(number, lambda m: "ok" in m or "error" in m, timeout)
        answer.ok, answer.error = last.get("ok"), last.get("error")
        return answer

    def ask(self, do, **fields):
        return self.wait(self.send(do, **fields))

    def run(self, cwd, *command, select=(), timeout=20, env=None, **more):
        """Run a command (`pytest` of this interpreter when none is given); returns its Answer."""
        return self.wait(self.start(cwd, *command, select=select, timeout=timeout, env=env, **more))

    def start(self, cwd, *command, select=(), timeout=20, env=None, **more):
        """Send `run` and do not wait; returns its number.

        Where the first word is no option, `command` is the whole command.
        """
        if not command or command[0].startswith("-"):
            command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *command)
        return self.send(
            "run",
            command=list(command),
            cwd=str(cwd),
            env=env or {},
            select=list(select),
            timeout=timeout,
            **more,
        )

    def rest(self):
        """Wait until a run has been put away, and with it what is tried in the background after it."""
        until = time.monotonic() + TIMEOUT
        quiet = 0
        while quiet < 3:  # one look can miss a child that follows another one meanwhile
            self.ask("cancel", target=9)  # served after the run has been put away
            quiet = 0 if children_of(self.pid) else quiet + 1
            assert time.monotonic() < until
            time.sleep(0.02)
        self.ask("cancel", target=9)  # served when what was tried is imported

    def close(self):
        """End stdin and wait; returns the exit status."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return self.end()

    def end(self):
        """Wait for the end, killing after 25 s; returns the exit status."""
        try:
            return self.process.wait(25)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the runner did not end") from None
        finally:
            for thread in self.threads:
                thread.join(5)


def alive(pid):
    """Tell whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def gone(*pids, within=8.0):
    """Wait until none of the processes is alive; returns those that still are."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if not any(alive(pid) for pid in pids):
            return []
        time.sleep(0.02)
    return [pid for pid in pids if alive(pid)]


def marked(text):
    """The processes whose environment or arguments contain `text`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            held = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in held and alive(int(entry.name)):
            found.append(int(entry.name))
    return found


class Suite:
    """A small directory of tests."""

    def __init__(self, directory):
        self.dir = directory
        (directory / "pytest.ini").write_text("[pytest]\n")

    def write(self, name, text):
        """Write a file, its text dedented; returns its path."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path


@pytest.fixture
def suite(tmp_path):
    """An empty Suite."""
    directory = tmp_path / "project"
    directory.mkdir()
    return Suite(directory)


@pytest.fixture
def runner(tmp_path):
    """A running RunnerClient whose working directory is not the project's."""
    client = RunnerClient(tmp_path)
    yield client
    client.close()


def children_of(pid):
    """The pids of a process's children, zombies too."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if stat.rpartition(")")[2].split()[1] == str(pid):
                found.append(int(entry.name))
    return found
