"""Each worker class is as exact as a cold run, or a warning says why."""

import json
import subprocess
import sys

import pytest
from conftest import HELLO, ROOT, measured, wait_until

ASGI_CLASSES = {"asgi": "asgi", "uvicorn": "uvicorn_worker.UvicornWorker"}
ECHO = """\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        {lifespan}
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""
GOOD = """\
while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
"""
LIFESPANS = {
    "good": GOOD,
    "failed": """\
await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
""",
    "raising": """\
await receive()
        try:
            raise RuntimeError("no database")
        except RuntimeError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
""",
    "unknown": 'raise ValueError("no lifespan here")\n',
}


def echo(lifespan):
    return ECHO.replace("{lifespan}", LIFESPANS[lifespan])


@pytest.fixture(params=ASGI_CLASSES)
def asgi_class(request):
    pytest.importorskip({"asgi": "gunicorn.asgi", "uvicorn": "uvicorn_worker"}[request.param])
    return ASGI_CLASSES[request.param]


def test_the_small_matrix_has_no_differences():
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "matrix.py", "--small", "--json", "--jobs", "1"],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["differences"] == 0 and done.returncode == 0, done.stderr
    assert result["cases"] + len(result["skipped"]) == 5
    assert result["cases"] >= 2


@pytest.mark.parametrize("lifespan", ["failed", "raising"])
def test_a_lifespan_that_does_not_start_is_a_boot_error(
    gunicorn_server, project, asgi_class, lifespan
):
    project.write({"app.py": echo("good")})
    server = gunicorn_server(project.dir, args=["-k", asgi_class, "-w", "2"])
    project.write({"app.py": echo(lifespan)})
    server.hup()
    second = server.generation
    wait_until(lambda: second.ages("boot-error") == [3, 4], "boot errors", server.log)
    assert second.ages("booted") == []
    assert "no database" in second.read("boot-error", 3)["traceback"]
    status, body = server.get("/")
    assert (status, "no database" in body) == (500, True)
    project.write({"app.py": echo("good")})
    server.hup()
    assert server.get("/") == (200, "hello")
    assert second.ages("saved") == [3, 4]
    assert server.stop() == 0


def test_an_app_that_knows_no_lifespan_boots(gunicorn_server, project, asgi_class):
    project.write({"app.py": echo("unknown")})
    server = gunicorn_server(project.dir, args=["-k", asgi_class])
    assert server.get("/") == (200, "hello")
    assert server.generation.ages("boot-error") == []


def test_requests_are_counted_under_each_asgi_class(gunicorn_server, project, asgi_class):
    project.write({"app.py": echo("good")})
    server = gunicorn_server(project.dir, args=["-k", asgi_class])
    first = server.generation
    assert first.read("booted", 1)["counts_requests"] is True
    assert first.ages("served") == []
    for _ in range(3):
        server.get("/")
    assert first.ages("served") == [1]
    server.hup()
    assert first.read("saved", 1)["requests"] == 3


def test_what_a_lifespan_imports_is_known_at_the_boot(gunicorn_server, project, asgi_class):
    text = echo("good").replace("while True:", "import late\n        while True:", 1)
    project.write({"app.py": text, "late.py": "x = 1\n"})
    server = gunicorn_server(project.dir, args=["-k", asgi_class])
    assert str(project.dir / "late.py") in server.generation.read("booted", 1)["modules"]


@pytest.mark.parametrize("kind", ["post_worker_init", "exit"])
def test_a_worker_that_does_not_boot_does_not_end_the_master(gunicorn_server, project, kind):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    failure = {"post_worker_init": "raise ValueError('theirs')", "exit": "raise SystemExit(3)"}
    config = f"def post_worker_init(worker):\n    {failure[kind]}\n"
    project.write({"gunicorn.conf.py": config})
    server.hup()
    second = server.generation
    assert second.ages("boot-error") == [2]
    assert ("theirs" if kind != "exit" else "SystemExit") in second.read("boot-error", 2)[
        "traceback"
    ]
    project.write({"gunicorn.conf.py": ""})
    server.hup()
    assert server.get("/") == (200, "hello")
    assert second.ages("saved") == [2]


EXITING = """\
import atexit
import threading
import time


def goodbye():
    return [x for x in range(3)]


def slow(seconds):
    time.sleep(seconds)
    return seconds


atexit.register(goodbye)


def app(environ, start_response):
    seconds = float(environ["PATH_INFO"][1:] or 0)
    if seconds:
        threading.Thread(target=slow, args=(seconds,), name="slow one").start()
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""
CLASSES = [["-k", "sync"], ["-k", "gthread", "--threads", "2"]]


@pytest.mark.parametrize("args", CLASSES)
def test_exit_handlers_and_threads_are_measured(gunicorn_server, project, args):
    project.write({"app.py": EXITING})
    server = gunicorn_server(project.dir, args=args)
    server.get("/0.2")
    server.hup()
    first = server.generations()[0]
    lines, _ = measured(first.data_files(), project.dir)["app.py"]
    assert {7, 12} <= lines
    assert first.read("saved", 1)["late"] is None


def test_a_thread_that_does_not_end_is_cut_off_and_named(gunicorn_server, project):
    project.write({"app.py": EXITING})
    server = gunicorn_server(project.dir)
    server.get("/60")
    server.hup()
    first = server.generations()[0]
    lines, _ = measured(first.data_files(), project.dir)["app.py"]
    assert 11 in lines and not {7, 12} & lines
    assert "slow one" in first.read("saved", 1)["late"]
    assert "slow one" in server.log()


def test_an_exit_handler_that_calls_os_exit_loses_nothing(gunicorn_server, project):
    project.write({"app.py": "import os, atexit\n\natexit.register(os._exit, 0)\n" + HELLO})
    server = gunicorn_server(project.dir)
    server.get("/")
    server.hup()
    first = server.generations()[0]
    assert first.ages("saved") == [1]
    assert len(first.data_files()) == 1


def test_a_process_forked_by_the_app_saves_nothing_of_ours(gunicorn_server, project):
    app = "import os, sys\n\n\ndef app(environ, start):\n    pid = os.fork()\n"
    app += "    if not pid:\n        sys.exit(0)\n    os.waitpid(pid, 0)\n"
    app += '    start("200 OK", [("Content-Length", "2")])\n    return [b"ok"]\n'
    project.write({"app.py": app})
    server = gunicorn_server(project.dir)
    server.get("/")
    first = server.generation
    assert first.ages("saved") == [] and first.data_files() == []
    server.hup()
    assert first.ages("saved") == [1] and len(first.data_files()) == 1


def test_a_subclass_of_geventworker_is_measured_as_gevent(gunicorn_server, project, tmp_path):
    pytest.importorskip("gevent")
    project.write(
        {
            "mine.py": "from gunicorn.workers.ggevent import GeventWorker\n\n\n"
            "class Mine(GeventWorker):\n    pass\n",
            "app.py": "import gevent\n\n\ndef deep(n):\n    gevent.sleep(0)\n    if n:\n"
            "        deep(n - 1)\n    return n\n\n\ndef app(environ, start):\n"
            "    gevent.joinall([gevent.spawn(deep, 5) for _ in range(20)])\n"
            '    start("200 OK", [("Content-Length", "2")])\n    return [b"ok"]\n',
            "rc": "[run]\nbranch = True\n",
        }
    )
    env = {"GUNICOV_COVERAGE_CONFIG": "rc", "PYTHONPATH": project.dir}
    server = gunicorn_server(project.dir, args=["-k", "mine.Mine"], env=env)
    server.get("/")
    server.hup()
    first = server.generations()[0]
    assert first.read("saved", 1)["error"] is None
    lines, arcs = measured(first.data_files(), project.dir)["app.py"]
    assert {5, 6, 7, 8, 12, 13, 14} <= lines
    assert {(5, 6), (6, 7), (6, 8), (7, 8)} <= arcs
