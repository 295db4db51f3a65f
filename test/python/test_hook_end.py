"""The app's objects end under the hook as they do without it: nothing that they write then is lost."""

import os
import signal
from pathlib import Path

import pytest
from conftest import HELLO, wait_until

ENDS = """\
import sys


class Owner:
    def __init__(self, name):
        self.file = open(name, "a")

    def __del__(self):
        self.file.write("end of the owner\\n")


class Talker:
    def __del__(self):
        sys.stdout.write("end of the talker\\n")


def suspended():
    file = open("suspended", "a")
    try:
        yield
    finally:
        file.write("end of the generator\\n")


buffered = open("buffered", "a")
buffered.write("not yet written\\n")
owner, circle, talker, generator = Owner("owner"), Owner("circle"), Talker(), suspended()
circle.circle = circle
next(generator)

"""
ASGI = """\
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""
# Coverage changes the end of a process a little itself.
COVERAGE_CONFIG = """\
import coverage


def post_fork(server, worker):
    library = {"gevent": "gevent"}.get(worker.cfg.worker_class_str)
    worker.coverage = coverage.Coverage(data_file=None, concurrency=library)
    worker.coverage.start()
"""
FILES = ("buffered", "owner", "circle", "suspended")


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def end_of(server, ending):
    """What the app's objects have written when the worker is gone, and what went to the log."""
    assert server.get("/")[0] == 200
    if ending == "reload":
        (worker,) = children(server.pid)
        os.kill(server.pid, signal.SIGHUP)
        wait_until(lambda: worker not in children(server.pid), "the worker's end", server.log)
        server.kill()
    else:
        server.stop()
    log = server.log()
    return [log.count("end of the talker"), log.count("Exception ignored")]


@pytest.mark.parametrize("ending", ["reload", "stop"])
@pytest.mark.parametrize("worker_class", ["sync", "gthread", "gevent", "asgi"])
def test_what_the_apps_objects_write_at_their_end(gunicorn_server, project, worker_class, ending):
    module = {"gevent": "gevent", "asgi": "gunicorn.asgi"}.get(worker_class)
    if module:
        pytest.importorskip(module)
    project.write(
        {
            "app.py": ENDS + (ASGI if worker_class == "asgi" else HELLO),
            "with_coverage.py": COVERAGE_CONFIG,
        }
    )

    def written(hook):
        for name in FILES:
            (project.dir / name).unlink(missing_ok=True)
        config = [] if hook else ["-c", "with_coverage.py"]
        server = gunicorn_server(project.dir, args=["-k", worker_class, *config], hook=hook)
        talk = end_of(server, ending)
        return [(project.dir / name).read_text() for name in FILES], talk

    files, talk = written(hook=False)
    assert files[:3] == ["not yet written\n", "end of the owner\n", "end of the owner\n"]
    assert written(hook=True) == (files, talk)


def test_workers_of_a_reload_end_like_the_first_ones(gunicorn_server, project):
    """Each holds its siblings and those before it, in a class of gunicorn's."""
    project.write({"app.py": ENDS + HELLO})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    for _ in range(2):
        server.hup()
    server.stop()
    assert server.log().count("end of the talker") == 6


LEAVES = """\
import os


class Leaves:
    def __del__(self):
        os._exit(3)


leaves = Leaves()


"""


def test_the_master_outlives_an_object_that_leaves_at_the_very_end(gunicorn_server, project):
    """3 is the exit code of a worker that does not boot: gunicorn's master would end."""
    project.write({"app.py": LEAVES + HELLO})
    server = gunicorn_server(project.dir)
    old = server.generation
    server.hup()
    wait_until(lambda: old.ages("done"), "the old worker's end", server.log)
    assert server.get("/")[0] == 200
    assert len(old.data_files()) == 1


SLOW_TO_LEAVE = """\
import time
from pathlib import Path

from {module} import {base}


class Slow({base}):
    def run(self):
        try:
            super().run()
        finally:
            Path("left").touch()
            time.sleep(0.5)
            Path("whole").touch()
"""


@pytest.mark.parametrize(
    ("module", "base"),
    [("gunicorn.workers.gasgi", "ASGIWorker"), ("uvicorn_worker", "UvicornWorker")],
)
def test_a_second_sigterm_does_not_break_a_workers_end(gunicorn_server, project, module, base):
    pytest.importorskip(module)
    slow = SLOW_TO_LEAVE.format(module=module, base=base)
    project.write({"app.py": ASGI, "slow.py": slow})
    env = {"PYTHONPATH": project.dir}
    server = gunicorn_server(project.dir, args=["-k", "slow.Slow"], env=env)
    assert server.get("/") == (200, "hello")
    first = server.generation
    pid = first.read("booted", 1)["pid"]
    os.kill(pid, signal.SIGTERM)
    wait_until((project.dir / "left").exists, "the loop's end", server.log)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: first.ages("done"), "the worker's end", server.log)
    assert first.ages("saved") == [1]
    assert (project.dir / "whole").exists()
