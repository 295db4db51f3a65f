"""Workers that end in the middle; the record has pid and cause."""

import contextlib
import os
import signal
from http.client import HTTPException

import pytest
from conftest import HELLO, measured, wait_until
from small_group import HUNGRY, joins

ENDING = """\
import os
import time


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/exit/"):
        os._exit(int(path[6:]))
    elif path == "/hang":
        time.sleep(30)
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""
CLASSES = {
    "sync": ["-k", "sync"],
    "gthread": ["-k", "gthread", "--threads", "2"],
    "gevent": ["-k", "gevent"],
    "asgi": ["-k", "asgi"],
    "uvicorn": ["-k", "uvicorn_worker.UvicornWorker"],
}
NEEDS = {"gevent": "gevent", "asgi": "gunicorn.asgi", "uvicorn": "uvicorn_worker"}
ASGI = """\
async def app(scope, receive, send):
    assert scope["type"] == "http"
    head = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"hello"})
"""


def try_get(server):
    with contextlib.suppress(OSError):
        server.get("/")
    return True


def whole_again(server, ages):
    """The next generation has all its workers and all their data."""
    server.hup()
    generation = server.generation
    assert server.get("/") == (200, "hello")
    server.hup()
    assert generation.ages("forked") == generation.ages("saved") == ages
    assert len(generation.data_files()) == len(ages)


@pytest.mark.parametrize("name", CLASSES)
def test_recycled_workers_have_their_data(gunicorn_server, project, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    project.write({"app.py": ASGI if name in ("asgi", "uvicorn") else HELLO})
    server = gunicorn_server(project.dir, args=[*CLASSES[name], "--max-requests", "2"])
    first = server.generation
    # A class may serve more before it leaves, and break off those that come too late.
    for count in range(1, 4):
        wait_until(lambda c=count: try_get(server) and len(first.ages("booted")) > c, "the next")
    server.hup()
    assert first.ages("forked") == first.ages("saved")
    assert len(first.ages("saved")) >= 4
    assert len(first.data_files()) == len(first.ages("saved"))
    assert all(saved["error"] is None for saved in first.all("saved"))


@pytest.mark.parametrize("status", [0, 1, 3, 4])
def test_os_exit_is_named_and_does_not_end_the_master(gunicorn_server, project, status):
    project.write({"app.py": ENDING})
    server = gunicorn_server(project.dir)
    first = server.generation
    pid = first.read("booted", 1)["pid"]
    with contextlib.suppress(OSError):
        server.get(f"/exit/{status}")
    wait_until(lambda: first.ages("booted") == [1, 2], "the replacement", server.log)
    done = first.read("done", 1)
    assert (done["pid"], done["cause"]) == (pid, f"os._exit({status})")
    assert first.ages("saved") == []
    whole_again(server, [3])


def test_os_exit_saves_where_coverage_is_reported_to(gunicorn_server, project):
    coverage = pytest.importorskip("coverage")
    if coverage.version_info < (7, 10):
        pytest.skip("coverage knows no patch setting")
    project.write({"app.py": ENDING, "rc": "[run]\npatch = _exit\n"})
    server = gunicorn_server(project.dir, env={"GUNICOV_COVERAGE_CONFIG": "rc"})
    first = server.generation
    with contextlib.suppress(OSError):
        server.get("/exit/0")
    wait_until(lambda: first.ages("saved") == [1], "saved", server.log)
    lines, _ = measured(first.data_files(), project.dir)["app.py"]
    assert 8 in lines


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGSEGV])
def test_a_signal_that_kills_is_named(gunicorn_server, project, number):
    project.write({"app.py": ENDING})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    first = server.generation
    pid = first.read("booted", 1)["pid"]
    os.kill(pid, number)
    wait_until(lambda: first.ages("done") == [1], "child_exit", server.log)
    done = first.read("done", 1)
    assert (done["pid"], done["cause"]) == (pid, f"killed by {number.name}")
    wait_until(lambda: first.ages("booted") == [1, 2, 3], "the replacement", server.log)
    whole_again(server, [4, 5])


@pytest.mark.parametrize("name", ["sync", "gthread"])
def test_a_worker_that_times_out_is_named(gunicorn_server, project, name):
    text = (
        ENDING if name == "sync" else ENDING.replace("time.sleep(30)", "os.kill(os.getpid(), 19)")
    )
    project.write({"app.py": text})
    server = gunicorn_server(project.dir, args=[*CLASSES[name], "--timeout", "1"])
    first = server.generation
    with contextlib.suppress(OSError, HTTPException):
        server.get("/hang", timeout=8)
    wait_until(lambda: 1 in first.ages("done"), "child_exit", server.log)
    assert first.read("done", 1)["cause"] == "timeout"
    wait_until(lambda: 2 in first.ages("booted"), "the replacement", server.log)
    whole_again(server, [3])


def test_out_of_memory_is_named(gunicorn_server, project, small_group, tmp_path):
    project.write({"app.py": HUNGRY})
    project.write({"gunicorn.conf.py": joins(small_group)})
    server = gunicorn_server(project.dir)
    first = server.generation
    with contextlib.suppress(OSError):
        server.get("/eat")
    wait_until(lambda: 1 in first.ages("done"), "child_exit", server.log)
    assert first.read("done", 1)["cause"] == "out of memory"
    wait_until(lambda: 2 in first.ages("booted"), "the replacement", server.log)
    os.kill(first.read("booted", 2)["pid"], signal.SIGKILL)
    wait_until(lambda: 2 in first.ages("done"), "child_exit", server.log)
    assert first.read("done", 2)["cause"] == "killed by SIGKILL"
    wait_until(lambda: 3 in first.ages("booted"), "the replacement", server.log)
    whole_again(server, [4])
