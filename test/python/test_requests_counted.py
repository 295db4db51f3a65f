"""Requests are counted under every worker class, by a layer around the app; else their number is unknown, never 0."""

import time

import pytest
from conftest import HELLO
from gunicorn.workers import SUPPORTED_WORKERS

PYTHON_CLASS = """\
from gunicorn.workers.sync import SyncWorker
from gunicorn.http import wsgi


class Mine(SyncWorker):
    def handle_request(self, listener, req, client, addr):
        resp, environ = wsgi.create(req, client, addr, listener.getsockname(), self.cfg)
        {call}
        resp.close()
"""
WITH_WSGI = "for part in self.wsgi(environ, resp.start_response):\n            resp.write(part)"
WITH_CALLABLE = WITH_WSGI.replace("self.wsgi", "self.app.callable")
KEPT = """\
from gunicorn.workers.gthread import ThreadWorker


class Mine(ThreadWorker):
    def load_wsgi(self):
        self.kept = self.app.wsgi()
        self.wsgi = lambda environ, start_response: self.kept(environ, start_response)
"""
FROM_SCRATCH = """\
from gunicorn.workers.base import Worker


class Mine(Worker):
    def run(self):
        listener = self.sockets[0]
        listener.sock.setblocking(False)
        while self.alive:
            self.notify()
            try:
                client, _ = listener.accept()
            except BlockingIOError:
                self.sleep()
                continue
            client.setblocking(True)
            client.recv(65536)
            {call}
            client.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello")
            client.close()

    def sleep(self):
        import time
        time.sleep(0.02)
"""
ASGI = """\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""
ASGI2 = """\
def app(scope):
    async def instance(receive, send):
        if scope["type"] == "lifespan":
            raise ValueError("unknown")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
    return instance
"""
ASGI_FACTORY = ASGI.replace("app(", "real(") + "\n\ndef app():\n    return real\n"
TORNADO = """\
import tornado.web


class Hello(tornado.web.RequestHandler):
    def get(self):
        self.write("hello")


app = tornado.web.Application([("/", Hello)])
"""
AIOHTTP = """\
from aiohttp import web


async def hello(request):
    return web.Response(text="hello")


app = web.Application()
app.add_routes([web.get("/", hello)])
"""
AIOHTTP_FACTORY = (
    AIOHTTP.replace("app = ", "made = ").replace("app.", "made.")
    + """

async def app():
    return {what}
"""
)
UVICORN = "uvicorn_worker.Uvicorn"

# name: (what has to be installed, worker class, app.py, mine.py)
CLASSES = {
    "sync": (None, "sync", HELLO, ""),
    "gthread": (None, "gthread", HELLO, ""),
    "gevent": ("gevent", "gevent", HELLO, ""),
    "gevent_wsgi": ("gevent", "gevent_wsgi", HELLO, ""),
    "gevent_pywsgi": ("gevent", "gevent_pywsgi", HELLO, ""),
    "geventwebsocket": (
        "geventwebsocket",
        "geventwebsocket.gunicorn.workers.GeventWebSocketWorker",
        HELLO,
        "",
    ),
    "eventlet": ("eventlet", "eventlet", HELLO, ""),
    "tornado, WSGI": ("tornado", "tornado", HELLO, ""),
    "tornado, its own": ("tornado", "tornado", TORNADO, ""),
    "aiohttp": ("aiohttp", "aiohttp.GunicornWebWorker", AIOHTTP, ""),
    "aiohttp, a factory": (
        "aiohttp",
        "aiohttp.worker.GunicornWebWorker",
        AIOHTTP_FACTORY.format(what="made"),
        "",
    ),
    "aiohttp, a runner": (
        "aiohttp",
        "aiohttp.GunicornWebWorker",
        AIOHTTP_FACTORY.format(what="web.AppRunner(made)"),
        "",
    ),
    "asgi": ("gunicorn.asgi", "asgi", ASGI, ""),
    "uvicorn": ("uvicorn_worker", f"{UVICORN}Worker", ASGI, ""),
    "uvicorn, h11": ("uvicorn_worker", f"{UVICORN}H11Worker", ASGI, ""),
    "uvicorn, ASGI 2": ("uvicorn_worker", f"{UVICORN}Worker", ASGI2, ""),
    "uvicorn, a factory": ("uvicorn_worker", f"{UVICORN}Worker", ASGI_FACTORY, ""),
    "uvicorn's own": ("uvicorn.workers", "uvicorn.workers.UvicornWorker", ASGI, ""),
    "the user's, handle_request": (None, "mine.Mine", HELLO, PYTHON_CLASS.format(call=WITH_WSGI)),
    "the user's, app.callable": (
        None,
        "mine.Mine",
        HELLO,
        PYTHON_CLASS.format(call=WITH_CALLABLE),
    ),
    "the user's, load_wsgi": (None, "mine.Mine", HELLO, KEPT),
}


@pytest.fixture
def started(gunicorn_server, project):
    """A factory: the server under a class of CLASSES."""

    def start(name, *args):
        needs, worker_class, app, mine = CLASSES[name]
        if needs:
            pytest.importorskip(needs)
        if worker_class not in SUPPORTED_WORKERS and "." not in worker_class:
            pytest.skip(f"this gunicorn knows no worker class {worker_class}")
        project.write({"app.py": app, "mine.py": mine})
        env = {"PYTHONPATH": project.dir}
        return gunicorn_server(project.dir, args=["-k", worker_class, *args], env=env)

    return start


@pytest.mark.parametrize("name", CLASSES)
def test_requests_are_counted_under_the_worker_class(started, name):
    server = started(name)
    first = server.generation
    assert first.read("booted", 1)["counts_requests"] is True
    assert first.ages("served") == []
    before = time.monotonic()
    for _ in range(3):
        assert server.get("/") == (200, "hello")
    assert first.ages("served") == [1]
    server.hup()
    saved = first.read("saved", 1)
    assert (saved["requests"], saved["error"]) == (3, None)
    assert before < saved["last_request"] < time.monotonic()
    assert server.generation.ages("served") == []
    server.hup()
    second = server.generations()[1].read("saved", 2)
    assert (second["requests"], second["last_request"]) == (0, None)


@pytest.mark.parametrize(
    ("call", "requests"),
    [("pass", None), ("self.wsgi({}, lambda *_: None)", 3)],
    ids=["never asks the app", "asks the app"],
)
def test_a_class_with_a_loop_of_its_own_tells_no_zero(gunicorn_server, project, call, requests):
    project.write({"app.py": HELLO, "mine.py": FROM_SCRATCH.format(call=call)})
    env = {"PYTHONPATH": project.dir}
    server = gunicorn_server(project.dir, args=["-k", "mine.Mine"], env=env)
    first = server.generation
    assert first.read("booted", 1)["counts_requests"] is False
    server.hup()
    assert first.read("saved", 1)["requests"] is None
    for _ in range(3):
        assert server.get("/") == (200, "hello")
    server.hup()
    assert server.generations()[1].read("saved", 2)["requests"] == requests


LOOKS = """\
import inspect

from flask import Flask


class Plain:
    name = "plain"

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Length", "5")])
        return [b"hello"]


def function(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


class Each:
    def __init__(self, environ, start_response):
        start_response("200 OK", [("Content-Length", "5")])

    def __iter__(self):
        yield b"hello"


plain, each, flask = Plain(), Each, Flask(__name__)
flask.add_url_rule("/", view_func=lambda: "hello")


def look(worker):
    for app in (worker.wsgi, worker.app.callable, worker.app.wsgi()):
        looked = [isinstance(app, (Plain, Flask)), inspect.isfunction(app), inspect.isclass(app)]
        looked.append(getattr(app, "name", None) or app.__name__)
        app.mark = len(getattr(app, "mark", "")) * "x" + "x"
        worker.log.info("looked %s %s", looked, app.mark)
"""
CONF = "import app\n\n\ndef post_worker_init(worker):\n    import app\n    app.look(worker)\n"


@pytest.mark.parametrize("app", ["plain", "function", "each", "flask"])
def test_to_a_hook_that_looks_at_it_the_app_is_what_it_was(gunicorn_server, project, app):
    project.write({"app.py": LOOKS, "gunicorn.conf.py": CONF.removeprefix("import app\n\n\n")})
    looked = []
    for hook in (False, True):
        server = gunicorn_server(project.dir, app=f"app:{app}", hook=hook)
        assert server.get("/") == (200, "hello")
        server.stop()
        looked.append(
            [line.partition("looked")[2] for line in server.log().splitlines() if "looked" in line]
        )
    assert len(looked[0]) == 3 and looked[0][-1].endswith("xxx")
    assert looked[0] == looked[1]


def test_what_the_app_prints_at_its_end_comes_with_the_layer_too(gunicorn_server, project):
    app = "class Ends:\n    def __del__(self):\n        print('ended', flush=True)\n\n\n"
    app += "    def __call__(self, environ, start_response):\n"
    app += '        start_response("200 OK", [("Content-Length", "5")])\n'
    app += '        return [b"hello"]\n\n\ndef make():\n    return Ends()\n'
    project.write({"app.py": app})
    server = gunicorn_server(project.dir, app="app:make()")
    assert server.get("/") == (200, "hello")
    server.stop()
    assert server.log().count("ended") == 1
