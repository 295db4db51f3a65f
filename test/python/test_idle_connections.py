"""A connection that is held open stalls a reload no longer than the cap."""

import socket
import time

import pytest
from conftest import HELLO, measured
from test_worker_ends import ASGI, CLASSES, NEEDS

CAP = 2  # seconds: the hook's own graceful_timeout
SLACK = 12  # seconds, for saving and for a busy machine: without the cap it would be 30
GEVENT = 2  # seconds more: its loops look once a second


def bound(name):
    return CAP + SLACK + (GEVENT if name == "gevent" else 0)


def browser_tab(server):
    """An idle keep-alive connection, after one request."""
    host, port = server.url.rpartition("/")[2].split(":")
    tab = socket.create_connection((host, int(port)), timeout=10)
    tab.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert tab.recv(4096).startswith(b"HTTP/1.1 200")
    return tab


@pytest.mark.parametrize("name", CLASSES)
def test_an_idle_connection_is_bounded(gunicorn_server, project, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    project.write({"app.py": ASGI if name in ("asgi", "uvicorn") else HELLO})
    args = [*CLASSES[name], "--keep-alive", "75", "--graceful-timeout", "30"]
    server = gunicorn_server(project.dir, args=args)
    with browser_tab(server):
        began = time.monotonic()
        server.hup()
        assert time.monotonic() - began < bound(name)
    first = server.generations()[0]
    assert first.ages("saved") == [1]
    assert "app.py" in measured(first.data_files(), project.dir)


PATIENT = """\
import asyncio

from gunicorn.workers.gasgi import ASGIWorker


class Listener:
    async def wait_closed(self):
        await asyncio.Event().wait()

    def close(self):
        pass


class Patient(ASGIWorker):
    async def _serve(self):
        self.servers.append(Listener())
        await super()._serve()

    async def _shutdown(self):
        for server in self.servers:
            server.close()
        for server in self.servers:
            await server.wait_closed()
"""


def test_gunicorn_24s_asgi_worker_is_bounded_too(gunicorn_server, project):
    # Its wait for the listeners has no limit. (bench/matrix has the real one, with a connection open.)
    pytest.importorskip("gunicorn.asgi")
    project.write({"app.py": ASGI, "patient.py": PATIENT})
    env = {"PYTHONPATH": project.dir}
    server = gunicorn_server(project.dir, args=["-k", "patient.Patient"], env=env)
    server.get("/")
    began = time.monotonic()
    server.hup()
    assert time.monotonic() - began < bound("asgi")
    assert server.generations()[0].ages("saved") == [1]


HANGING = """\
import asyncio
import time


def app(environ, start_response):
    if environ["PATH_INFO"] == "/hang":
        time.sleep(60)
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    if scope["path"] == "/hang":
        await asyncio.sleep(60)
    head = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"hello"})
"""


@pytest.mark.parametrize("name", ["gthread", "gevent", "asgi", "uvicorn"])
def test_a_request_that_hangs_is_cut_off_and_the_data_saved(gunicorn_server, project, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    project.write({"app.py": HANGING})
    app = "app:asgi" if name in ("asgi", "uvicorn") else "app:app"
    server = gunicorn_server(project.dir, app=app, args=CLASSES[name])
    server.get("/")
    host, port = server.url.rpartition("/")[2].split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"GET /hang HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(0.3)
        began = time.monotonic()
        server.hup()
        assert time.monotonic() - began < bound(name)
    first = server.generations()[0]
    assert first.ages("saved") == [1]
    lines, _ = measured(first.data_files(), project.dir)["app.py"]
    assert lines & {7, 15}
