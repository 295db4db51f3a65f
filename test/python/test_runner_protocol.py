"""The runner's side of the protocol: its first line, bad lines, rest, and what it never does."""

import json
import os
import random
import sys
import time
from pathlib import Path

import pytest
from runner_client import RunnerClient

pytest_plugins = ("runner_client",)

PYTEST = [sys.executable, "-m", "pytest"]


def test_hello_comes_first_and_names_the_process(runner):
    assert runner.hello == {
        "event": "hello",
        "protocol": 1,
        "program": "gunicov_runner",
        "pid": runner.pid,
        "executable": sys.executable,
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def test_requests_sent_in_one_write_with_the_source_are_not_lost(tmp_path):
    ahead = b'{"id":1,"do":"cancel","target":9}\n{"id":2,"do":"cancel","target":9}\n'
    client = RunnerClient(tmp_path, ahead=ahead)
    assert [client.next()["id"], client.next()["id"]] == [1, 2]
    assert client.close() == 0


def test_a_line_in_two_writes_is_one_request(runner):
    runner.write(b'{"id":1,"do":')
    time.sleep(0.05)
    runner.write(b'"cancel","target":9}\n')
    assert runner.next() == {"id": 1, "ok": {}}


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"id":0,"do":"cancel"}',
        b'{"id":true,"do":"cancel"}',
        b'{"id":"1","do":"cancel"}',
        b"[" * 100_000,
        b"\x00",
    ],
)
def test_a_malformed_line_is_answered_and_the_program_lives_on(runner, line):
    runner.write(line + b"\n")
    answer = runner.next()
    assert answer["id"] is None
    assert answer["error"]["kind"] == "bad-request"
    assert runner.ask("cancel", target=9).ok == {}


def test_a_line_beyond_16_mib_is_refused_and_the_next_one_served(runner):
    runner.write(b"x" * (17 * 1024 * 1024) + b"\n")
    assert runner.next()["error"]["kind"] == "bad-request"
    assert runner.ask("cancel", target=9).ok == {}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"command": []},
        {"command": "pytest"},
        {"command": [""]},
        {"command": ["pytest", 1]},
        {"command": ["a\0b"]},
        {"command": PYTEST, "cwd": 3},
        {"command": PYTEST, "env": []},
        {"command": PYTEST, "env": {"A=B": "c"}},
        {"command": PYTEST, "env": {"A": 1}},
        {"command": PYTEST, "select": "all"},
        {"command": PYTEST, "select": [None]},
        {"command": PYTEST, "timeout": -1},
        {"command": PYTEST, "timeout": True},
        {"command": PYTEST, "timeout": "10"},
        {"command": ["true"], "select": ["test_a.py::test_b"]},
    ],
)
def test_fields_of_a_wrong_kind_are_a_bad_request(runner, fields):
    assert runner.ask("run", **fields).error["kind"] == "bad-request"


def test_an_unknown_request_is_refused(runner):
    assert runner.ask("destroy").error["kind"] == "bad-request"


def test_a_second_run_is_refused_while_one_is_under_way(runner, suite):
    first = runner.start(suite.dir, "sleep", "20")
    assert runner.ask("run", command=["true"]).error["kind"] == "bad-request"
    assert runner.ask("cancel", target=first).ok == {}


def test_random_lines_neither_end_nor_hang_it(runner):
    chance = random.Random(20240901)
    good = json.dumps({"id": 5, "do": "prepare", "command": ["true"], "env": {}}).encode()
    for _ in range(500):
        line = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            line[chance.randrange(len(line))] = chance.randrange(256)
        runner.write(bytes(line).replace(b"\n", b" ") + b"\n")
        answer = runner.next()
        assert "ok" in answer or answer["error"]["kind"] != "internal", line
    runner.number = 100
    assert runner.ask("cancel", target=9).ok == {}


def test_the_tests_hold_neither_end_of_the_protocol(runner, suite):
    suite.write(
        "test_fds.py",
        """
        import os, sys

        def test_fds():
            assert sys.stdin.read() == ""
            own = set()
            for fd in os.listdir("/proc/self/fd"):
                try:
                    own.add(os.readlink(f"/proc/self/fd/{fd}"))
                except OSError:
                    pass  # the listing's own
            assert len(own) > 2
            assert not own & set(os.environ["PROTOCOL"].split())
        """,
    )
    streams = (runner.process.stdin, runner.process.stdout, runner.process.stderr)
    pipes = [os.readlink(f"/proc/self/fd/{stream.fileno()}") for stream in streams]
    assert len(set(pipes)) == 3
    answer = runner.run(suite.dir, "-s", env={"PROTOCOL": " ".join(pipes)})
    assert answer.ok["passed"] == 1, answer.ok["output"]


def test_what_tests_print_to_stdout_is_no_line_of_the_protocol(runner, suite):
    suite.write("test_print.py", "import os\ndef test_a():\n    os.write(1, b'{\"id\": 99}\\n')\n")
    answer = runner.run(suite.dir, "-s")
    assert '{"id": 99}' in answer.ok["output"]


def test_a_module_of_the_project_does_not_shadow_the_runners_own(tmp_path):
    (tmp_path / "json.py").write_text("raise RuntimeError('the project has a json.py')\n")
    (tmp_path / "shlex.py").write_text("raise RuntimeError('and a shlex.py')\n")
    client = RunnerClient(tmp_path)
    assert client.hello["event"] == "hello"
    client.close()


def test_at_rest_it_does_nothing(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    runner.rest()
    time.sleep(0.2)
    before = processor_time(runner.pid)
    time.sleep(1.5)
    assert processor_time(runner.pid) == before
    assert len(list(Path(f"/proc/{runner.pid}/task").iterdir())) == 1


def processor_time(pid):
    """Clock ticks used, and switches between processes: both stand still at rest."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    switches = [line for line in status.splitlines() if "ctxt_switches" in line]
    return fields[11:13], switches


def test_no_more_files_are_open_after_many_runs(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    runner.rest()
    before = len(os.listdir(f"/proc/{runner.pid}/fd"))
    for _ in range(10):
        runner.run(suite.dir)
        runner.run(suite.dir, "true")
    runner.rest()
    assert len(os.listdir(f"/proc/{runner.pid}/fd")) <= before
