"""However a run or the runner ends, no process is left."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from runner_client import BOOTSTRAP, PREAMBLE, RunnerClient, children_of, gone, marked

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])

# Each test starts a child, a child in a session of its own, and one whose parent is gone.
FAMILY = """
    import subprocess, time, pytest
    @pytest.mark.parametrize("n", range(4))
    def test_a(n):
        subprocess.Popen(["sleep", "300"])
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        subprocess.run(["sh", "-c", "setsid sleep 300 >/dev/null 2>&1 &"])
        while True: time.sleep(0.01)
"""


def start(client, suite, parallel):
    """Start a run that hangs with its family; returns its number, its mark and its processes."""
    suite.write("test_a.py", FAMILY)
    mark = f"family-{client.pid}-{time.monotonic_ns()}"
    number = client.start(suite.dir, *parallel, env={"MARK": mark}, timeout=None)
    # The forked child and xdist's forked workers have the runner's environment in /proc.
    least = 3 if not parallel else 6
    until = time.monotonic() + 20
    while len(marked(mark)) < least:
        assert time.monotonic() < until, marked(mark)
        time.sleep(0.02)
    pids = set(marked(mark)) | set(children_of(client.pid))
    assert len(pids) > least
    return number, mark, pids


@BOTH
def test_cancel_settles_only_when_all_are_dead(runner, suite, parallel):
    number, mark, pids = start(runner, suite, parallel)
    began = time.monotonic()
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"
    assert (
        time.monotonic() - began < 9
    )  # all heeded SIGINT or SIGTERM, also in sessions of their own
    assert marked(mark) == [] and children_of(runner.pid) == []
    assert gone(*pids, within=0.1) == []
    suite.write("test_a.py", "def test_a(): pass\n")
    assert runner.run(suite.dir).ok["passed"] == 1


def test_cancel_at_once_after_run(runner, suite):
    suite.write("test_a.py", "import time\ndef test_a(): time.sleep(300)\n")
    for _ in range(30):
        number = runner.start(suite.dir)
        began = time.monotonic()
        runner.send("cancel", target=number)
        assert runner.wait(number).error["kind"] == "cancelled"
        assert time.monotonic() - began < 9  # a SIGINT lost would take the 10 s to SIGTERM


def test_cancel_of_what_has_settled_changes_nothing(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    number = runner.start(suite.dir)
    assert runner.wait(number).ok["passed"] == 1
    assert runner.ask("cancel", target=number).ok == {}
    assert runner.run(suite.dir).ok["passed"] == 1


@BOTH
@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGHUP"])
def test_the_runner_ends_with_all_it_started(suite, tmp_path, end, parallel):
    client = RunnerClient(tmp_path)
    _, mark, pids = start(client, suite, parallel)
    if end == "stdin":
        client.process.stdin.close()
    else:
        os.kill(client.pid, getattr(signal, end))
    assert client.end() == 0
    assert marked(mark) == [] and gone(*pids, within=0.1) == []


@BOTH
def test_the_runner_killed_takes_pytest_and_its_workers_with_it(suite, tmp_path, parallel):
    client = RunnerClient(tmp_path)
    suite.write(
        "test_a.py",
        """
        import os, time, pytest
        from pathlib import Path
        @pytest.mark.parametrize("n", range(4))
        def test_a(n):
            Path(f"{os.getpid()}.pid").touch()
            Path(f"{os.getppid()}.pid").touch()
            while True: time.sleep(0.01)
        """,
    )
    client.start(suite.dir, *parallel, timeout=None)
    pids = wait_for_pids(suite, 3 if parallel else 2)
    assert (client.pid in pids) == (not parallel)
    client.process.kill()
    client.end()
    assert gone(*pids, within=3) == []


def wait_for_pids(suite, count):
    until = time.monotonic() + 20
    while True:
        pids = {int(path.stem) for path in suite.dir.glob("*.pid")}
        if len(pids) >= count:
            return pids
        assert time.monotonic() < until
        time.sleep(0.02)


def test_another_command_dies_with_the_runner_too(suite, tmp_path):
    client = RunnerClient(tmp_path)
    mark = f"exec-{client.pid}"
    client.start(suite.dir, "sleep", "300", env={"MARK": mark})
    until = time.monotonic() + 10
    while not marked(mark):
        assert time.monotonic() < until
    (pid,) = marked(mark)
    client.process.kill()
    client.end()
    assert gone(pid, within=3) == []


def test_ctrl_c_in_the_terminal_is_not_the_runners_to_handle(runner, suite):
    os.kill(runner.pid, signal.SIGINT)
    assert runner.run(suite.dir, "true").ok["passed"] == 1


def test_it_ends_at_rest_when_stdin_ends(tmp_path):
    client = RunnerClient(tmp_path)
    began = time.monotonic()
    assert client.close() == 0
    assert time.monotonic() - began < 10
    assert client.errors == b""


def test_it_ends_when_nobody_reads_it_any_more(suite):
    suite.write(
        "test_a.py", "import time\ndef test_a(): time.sleep(1)\ndef test_b(): time.sleep(300)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", BOOTSTRAP], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    request = {"id": 1, "do": "run", "command": command, "cwd": str(suite.dir)}
    process.stdin.write(PREAMBLE + json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    assert b"hello" in process.stdout.readline()
    assert b"total" in process.stdout.readline()
    (child,) = children_of(process.pid)
    process.stdout.close()
    assert process.wait(10) == 0
    assert gone(child, within=0.1) == []
    process.stdin.close()
