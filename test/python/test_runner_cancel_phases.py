"""A run that is cancelled leaves what Ctrl-C at plain pytest leaves, and never more: in each phase, with xdist and without.

PYTEST_DONT_REWRITE
"""

import collections
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from runner_client import FOREIGN, children_of, marked

pytest_plugins = ("runner_client",)

PATIENCE = 60.0  # seconds
# Who stands in which phase: pytest, the workers of xdist, or their controller.
SERIAL = [
    "conftest",
    "import",
    "collection",
    "setup",
    "test",
    "teardown",
    "session-teardown",
    "sessionfinish",
    "unconfigure",
    "exit",
]
WORKERS = ["import", "setup", "test", "session-teardown", "exit"]
CONTROLLER = ["conftest", "sessionfinish", "exit"]
CASES = [
    *(("main", phase, ()) for phase in SERIAL),
    *(("gw", phase, ("-n", "2")) for phase in WORKERS),
    *(("main", phase, ("-n", "2")) for phase in CONTROLLER),
]

# Where it is to stand a process starts two more first, one of them in a session of its own.
CONFTEST = """
    import atexit, os, shutil, subprocess, tempfile, time
    import pytest

    HERE = os.path.dirname(__file__)
    WHO = os.environ.get("PYTEST_XDIST_WORKER", "main")
    KEPT = tempfile.TemporaryDirectory(prefix="kept-")

    def note(word):
        with open(os.path.join(HERE, "noted"), "a") as file:
            file.write(WHO[:2] + " " + word + "\\n")

    def stand(phase):
        if phase != os.environ["PHASE"] or not WHO.startswith(os.environ["STANDS"]):
            return
        subprocess.Popen(["sleep", "300"])
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        note("stands")
        while True:
            time.sleep(0.05)  # a signal just before one long sleep is heard after it

    @atexit.register
    def leave():
        stand("exit")
        note("exit")

    def pytest_collection_modifyitems():
        stand("collection")

    def pytest_sessionfinish():
        stand("sessionfinish")
        note("sessionfinish")

    def pytest_unconfigure():
        stand("unconfigure")
        note("unconfigure")

    @pytest.fixture(scope="session", autouse=True)
    def container():
        folder = tempfile.mkdtemp(prefix="container-")
        process = subprocess.Popen(["sleep", "300"], start_new_session=True)
        note("up")
        yield
        stand("session-teardown")
        process.kill()
        process.wait()
        shutil.rmtree(folder)
        note("down")

    @pytest.fixture
    def thing(tmp_path):
        stand("setup")
        yield
        stand("teardown")
        note("put away")

    stand("conftest")
"""
TESTS = """
    import pytest
    from conftest import stand
    stand("import")
    @pytest.mark.parametrize("n", range(4))
    def test_a(thing, n):
        stand("test")
"""


class Place:
    """A copy of the project, and what a run of it leaves."""

    def __init__(self, suite, name, who, phase):
        self.dir, self.temporary = suite.dir / name, suite.dir / f"{name}-tmp"
        self.temporary.mkdir()
        suite.write(f"{name}/pytest.ini", "[pytest]\n")
        suite.write(f"{name}/conftest.py", CONFTEST)
        suite.write(f"{name}/test_a.py", TESTS)
        self.mark = f"{name}-{phase}-{os.getpid()}-{time.monotonic_ns()}"
        own = {"STANDS": who, "PHASE": phase, "MARK": self.mark, "TMPDIR": str(self.temporary)}
        self.env = {**own, "PYTHONDONTWRITEBYTECODE": "1"}

    def noted(self):
        path = self.dir / "noted"
        return path.read_text().splitlines() if path.exists() else []

    def wait(self, count):
        """Wait until so many processes stand."""
        until = time.monotonic() + PATIENCE
        while sum(line.endswith("stands") for line in self.noted()) < count:
            assert time.monotonic() < until, self.noted()
            time.sleep(0.02)

    def files(self):
        """Count of files by name, without what is random in it and which worker had which test."""
        found = (
            str(path.relative_to(top))
            for top in (self.dir, self.temporary)
            for path in top.rglob("*")
        )
        random = r"(?<=kept-|iner-)\w{8}|(?<=popen-gw)\d|(?<=test_a_)\d"
        return collections.Counter(re.sub(random, "?", name) for name in found)


# As a shell starts a program, though this process may itself have been started in the background.
HEARS_CTRL_C = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


def by_hand(place, parallel):
    """Start pytest as a terminal does; its process."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    pytest_itself = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *parallel]
    with open(place.dir.parent / "by-hand.log", "wb") as log:  # a pipe would stay open
        return subprocess.Popen(
            [sys.executable, "-c", HEARS_CTRL_C, *pytest_itself],
            cwd=place.dir,
            env={**environ, **place.env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def name_of(pid):
    return Path(f"/proc/{pid}/comm").read_text().strip()


@pytest.mark.parametrize(
    ("who", "phase", "parallel"),
    CASES,
    ids=[f"{phase}-{'xdist-' * bool(parallel)}{who}" for who, phase, parallel in CASES],
)
def test_a_cancel_leaves_what_ctrl_c_leaves_and_no_more(runner, suite, who, phase, parallel):
    count = 2 if who == "gw" else 1
    theirs, ours = (Place(suite, name, who, phase) for name in ("theirs", "ours"))
    process = by_hand(theirs, parallel)
    try:
        number = runner.start(ours.dir, *parallel, env=ours.env, timeout=None)
        for place in (theirs, ours):
            place.wait(count)
        os.killpg(process.pid, signal.SIGINT)
        runner.send("cancel", target=number)
        assert runner.wait(number).error["kind"] == "cancelled"
        process.wait(PATIENCE)
        left = collections.Counter(map(name_of, marked(theirs.mark)))
    finally:
        for pid in marked(theirs.mark):
            os.kill(pid, signal.SIGKILL)
    assert left["sleep"] >= count  # in a session of its own: Ctrl-C does not reach it
    assert marked(ours.mark) == [] and children_of(runner.pid) == []
    assert sorted(ours.noted()) == sorted(theirs.noted())
    assert ours.files() == theirs.files()
