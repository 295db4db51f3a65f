"""The helper's lines: malformed input never ends it, the end of stdin always does."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import wait_until
from gunicov_common.failure import Failure
from gunicov_common.process import Process
from gunicov_helper.protocol.request import SHAPES, parse_request
from helper_client import BOOTSTRAP, PREAMBLE, HelperClient, clean_environment
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def client(tmp_path):
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    yield client
    client.close()


def test_hello_is_the_first_line(client):
    assert client.hello == {
        "event": "hello",
        "protocol": 1,
        "program": "gunicov_helper",
        "pid": client.process.pid,
        "uid": os.geteuid(),
        "executable": sys.executable,
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
    }


GOOD = {"id": 1, "do": "cancel", "target": 9}
BAD_LINES = [
    b"not json",
    b"\xff\xfe",
    b"[]",
    b"null",
    b"1",
    b"{}",
    b'{"id":1}',
    b'{"id":0,"do":"prune"}',
    b'{"id":true,"do":"prune"}',
    b'{"id":"1","do":"prune"}',
    b'{"id":1.5,"do":"prune"}',
    b'{"id":1,"do":"start"}',
    b'{"id":1,"do":"__init__"}',
    b'{"id":1,"do":["prune"]}',
    b'{"id":1,"do":"restart"}',
    b'{"id":1,"do":"restart","timeout":"1"}',
    b'{"id":1,"do":"restart","timeout":-1}',
    b'{"id":1,"do":"restart","timeout":NaN}',
    b'{"id":1,"do":"restart","timeout":1e999}',
    b'{"id":1,"do":"restart","timeout":true}',
    b'{"id":1,"do":"find","pid":-1}',
    b'{"id":1,"do":"find","pid":99999999999999999999}',
    b'{"id":1,"do":"check","files":{},"timeout":1}',
    b'{"id":1,"do":"check","files":[1],"timeout":1}',
    b'{"id":1,"do":"check","files":[{"path":"a.py","sha256":null}],"timeout":1}',
    b'{"id":1,"do":"check","files":[{"path":"/a\\u0000.py","sha256":null}],"timeout":1}',
    b'{"id":1,"do":"check","files":[{"path":"/\\ud800","sha256":null}],"timeout":1}',
    b'{"id":1,"do":"check","files":[{"path":"/a.py","sha256":"x"}],"timeout":1}',
    b'{"id":1,"do":"collect","generation":null}',
    b'{"id":1,"do":"export","map":[{"inside":"/a"}]}',
    b'{"id":1,"do":"read","path":5}',
    b"[" * 100000,
    b'{"id":' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:60].decode("latin-1"))
def test_a_bad_line_is_refused_and_the_helper_lives(client, line):
    client.write(line + b"\n" + json.dumps(GOOD).encode() + b"\n")
    refusal = client.line()
    assert refusal["id"] is None
    assert refusal["error"]["kind"] == "bad-request"
    assert client.line() == {"id": 1, "ok": {"found": False}}


def test_a_line_that_is_too_long_is_skipped(client):
    for _ in range(18):
        client.write(b"x" * 1024 * 1024)
    client.write(b"\n" + json.dumps(GOOD).encode() + b"\n")
    assert client.line()["error"]["kind"] == "bad-request"
    assert client.line() == {"id": 1, "ok": {"found": False}}


def test_lines_may_come_in_any_pieces(client):
    for byte in json.dumps(GOOD).encode() + b"\n\n  \n":
        client.write(bytes([byte]))
    assert client.line() == {"id": 1, "ok": {"found": False}}


def test_requests_sent_together_with_the_program_are_not_lost():
    lines = b"".join(json.dumps(dict(GOOD, id=number)).encode() + b"\n" for number in range(1, 500))
    done = subprocess.run(
        [sys.executable, "-c", BOOTSTRAP],
        input=PREAMBLE + lines,
        stdout=subprocess.PIPE,
        timeout=20,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("id") for answer in answers] == [None, *range(1, 500)]


def test_an_id_may_not_be_used_again_while_it_is_under_way(client, tmp_path):
    missing = {"path": str(tmp_path / "a.py"), "sha256": "0" * 64}
    request = {"id": 7, "do": "check", "files": [missing], "timeout": 0.5}
    client.write(2 * (json.dumps(request).encode() + b"\n"))
    assert client.line()["error"]["kind"] == "bad-request"
    assert client.line() == {
        "id": 7,
        "ok": {"failures": [], "unloaded": [], "lagging": [missing["path"]]},
    }


def test_a_long_request_is_cancelled_while_others_are_answered(client, tmp_path):
    missing = {"path": str(tmp_path / "a.py"), "sha256": "0" * 64}
    number = client.send("check", files=[missing], timeout=1000)
    assert client.ask("cancel", target=number + 1000) == {"found": False}
    assert client.ask("cancel", target=number) == {"found": True}
    assert client.wait(number)["error"]["kind"] == "cancelled"
    assert client.ask("cancel", target=number) == {"found": False}


def test_requests_before_find(client):
    for do, fields in {
        "restart": {"timeout": 1},
        "flush": {"timeout": 1},
        "freshness": {"files": [], "source": []},
        "collect": {"generation": 1},
        "prune": {},
        "writable": {"pause": 1, "broken": False},
        "html": {},
    }.items():
        assert client.refused(do, **fields)["kind"] == "no-gunicorn", do
    assert client.refused("read", path="/etc/passwd")["kind"] == "no-report"


def test_the_end_of_stdin_ends_it(client):
    client.send("check", files=[{"path": "/nowhere.py", "sha256": "0" * 64}], timeout=1000)
    assert client.close() == 0
    assert client.stderr == b""


def test_a_closed_stdout_ends_it_quietly(tmp_path):
    """Its stdout is a pipe whose reading end is closed: the next line that it writes ends it."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", BOOTSTRAP],
        stdin=subprocess.PIPE,
        stdout=writer,
        stderr=subprocess.PIPE,
        env=clean_environment(),
        cwd=tmp_path,
    )
    os.close(writer)
    process.stdin.write(PREAMBLE)
    process.stdin.flush()
    assert b"hello" in os.read(reader, 65536)
    os.close(reader)
    process.stdin.write(json.dumps(GOOD).encode() + b"\n")
    process.stdin.flush()
    assert process.wait(10) == 0
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_ctrl_c_in_the_terminal_is_left_to_the_client(client):
    os.kill(client.process.pid, signal.SIGINT)
    assert client.ask("cancel", target=1) == {"found": False}


def test_modules_of_the_project_do_not_shadow_the_standard_librarys(tmp_path):
    for name in ("json", "select", "coverage", "base64"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    assert client.ask("cancel", target=1) == {"found": False}
    assert client.close() == 0


def test_at_rest_it_uses_no_processor(client):
    client.ask("cancel", target=1)

    def used():
        with open(f"/proc/{client.process.pid}/status") as file:
            return [line for line in file if "ctxt_switches" in line]

    wait_until(lambda: Process.read(client.process.pid).state == "S", "rest")
    before = used()
    time.sleep(0.5)
    assert used() == before, "it woke up with nothing to do"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
requests = st.fixed_dictionaries(
    {"id": st.integers(-1, 5) | json_values, "do": st.sampled_from([*SHAPES, "x"])},
    optional={
        key: json_values
        for key in ("pid", "files", "timeout", "source", "generation", "map", "path", "target")
    },
)


@settings(max_examples=400, deadline=None)
@given(requests.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200))
def test_parsing_gives_a_request_of_the_right_shape_or_a_failure(line):
    try:
        request = parse_request(line)
    except Failure as failure:
        assert failure.kind == "bad-request"
    else:
        assert request["do"] in SHAPES and request["id"] > 0
        for key, check in SHAPES[request["do"]].items():
            assert check(request.get(key))
