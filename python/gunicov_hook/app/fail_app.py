"""An app that does not import, or a worker that does not boot: recorded, and served to each client."""

import os

import gunicorn.util

from ..attempt import attempt
from ..failure import format_failure


def make_asgi_fail_app(text):
    """gunicorn.util.make_fail_app for ASGI: a 500 with `text` for every request."""
    body = text.encode()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        elif scope["type"] == "http":
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ]
            await send({"type": "http.response.start", "status": 500, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1011})

    return app


def speaks_asgi(worker):
    """Whether a worker's class serves ASGI apps."""
    modules = [cls.__module__ for cls in type(worker).__mro__]
    return any("uvicorn" in name or "asgi" in name for name in modules)


def tell_failure(worker, what, text):
    """Record that the app does not boot."""
    worker._gunicov.boot_failed = True
    worker.log.error("gunicov: %s\n%s", what, text)
    attempt(worker, record_failure, worker, text)


def serve_failure(worker, error):
    """Record that the app failed to import, and answer each request with its traceback."""
    text = format_failure(error)
    tell_failure(worker, "the app does not import; serving its traceback", text)
    if speaks_asgi(worker):
        worker.asgi = worker.wsgi = make_asgi_fail_app(text)
    else:
        worker.wsgi = gunicorn.util.make_fail_app(text)


def record_failure(worker, text):
    """Write boot-error/<age>.json."""
    worker._gunicov.note("boot-error", os.getpid(), traceback=text)
