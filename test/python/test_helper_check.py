"""`check`: the changed files compile on the server's Python, and S sees the host's bytes."""

import hashlib
import sys
import threading
import time

import pytest
from helper_client import HelperClient, clean_environment


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    client = HelperClient(env=clean_environment(), cwd=tmp_path_factory.mktemp("cwd"))
    yield client
    client.close()


def changed(path, body):
    path.write_bytes(body)
    return {"path": str(path), "sha256": hashlib.sha256(body).hexdigest()}


@pytest.mark.parametrize(
    "body",
    [
        b"x = 1\n",
        b"",
        b"\xef\xbb\xbfx = 'bom'\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        "x = 'ü'\r\n".encode(),
        b"'\\d'\n",  # only a warning
    ],
)
def test_good_source_passes(client, tmp_path, body):
    file = changed(tmp_path / "good.py", body)
    assert client.ask("check", files=[file], timeout=1) == {
        "failures": [],
        "unloaded": [],
        "lagging": [],
    }


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        (b"x = 1\ndef f(:\n    pass\n", 2, "SyntaxError"),
        (b"if x:\nprint(1)\n", 2, "IndentationError"),
        (b"x = 1\nreturn x\n", 2, "SyntaxError"),
        (b"x = '\xff'\n", 1, "SyntaxError"),  # in a comment, importing it works
        (b"# coding: no-such\n", 1, "SyntaxError"),
        (b"x = 1\0\n", 1, "null byte"),
        (b"(" * 500, 1, ""),
    ],
)
def test_bad_source_is_reported_with_its_place(client, tmp_path, body, line, part):
    file = changed(tmp_path / "bad.py", body)
    answer = client.ask("check", files=[file], timeout=1)
    (failure,) = answer["failures"]
    assert failure["path"] == file["path"] and answer["lagging"] == []
    if sys.version_info >= (3, 9):  # before, a bad encoding has no line
        assert failure["line"] == line
    assert part in failure["message"]
    assert isinstance(failure["column"], int) and isinstance(failure["text"], str)


def test_the_text_of_the_line_is_given(client, tmp_path):
    file = changed(tmp_path / "bad.py", b"x = 1\ny = = 2\n")
    (failure,) = client.ask("check", files=[file], timeout=1)["failures"]
    assert failure["text"] == "y = = 2"
    assert failure["column"] == 5


def test_source_is_not_executed_and_other_files_are_not_compiled(client, tmp_path):
    mark = tmp_path / "mark"
    files = [
        changed(tmp_path / "a.py", f"open({str(mark)!r}, 'w')\n".encode()),
        changed(tmp_path / "a.html", b"def f(:"),
    ]
    assert client.ask("check", files=files, timeout=1)["failures"] == []
    assert not mark.exists()


def test_it_waits_for_the_bytes_and_says_what_lags(client, tmp_path):
    late, never = tmp_path / "late.py", tmp_path / "never.py"
    late.write_bytes(b"old(:\n")
    never.write_bytes(b"old = 1\n")
    new = b"new = 1\n"
    digest = hashlib.sha256(new).hexdigest()
    threading.Timer(0.2, late.write_bytes, [new]).start()
    started = time.monotonic()
    answer = client.ask(
        "check",
        files=[{"path": str(late), "sha256": digest}, {"path": str(never), "sha256": digest}],
        timeout=0.6,
    )
    assert answer == {"failures": [], "unloaded": [], "lagging": [str(never)]}
    assert 0.5 < time.monotonic() - started < 30
    started = time.monotonic()
    assert client.ask("check", files=[{"path": str(late), "sha256": digest}], timeout=60)
    assert time.monotonic() - started < 30


def test_a_deleted_file_must_be_gone(client, tmp_path):
    path = tmp_path / "gone.py"
    file = {"path": str(path), "sha256": None}
    assert client.ask("check", files=[file], timeout=0)["lagging"] == []
    path.write_bytes(b"x = 1\n")
    assert client.ask("check", files=[file], timeout=0)["lagging"] == [str(path)]


def test_a_directory_in_its_place_is_no_crash(client, tmp_path):
    (tmp_path / "dir.py").mkdir()
    file = {"path": str(tmp_path / "dir.py"), "sha256": "0" * 64}
    assert client.ask("check", files=[file], timeout=0)["lagging"] == [file["path"]]
