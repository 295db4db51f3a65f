"""An ASGI app's startup, which is part of its boot."""

import inspect

from ..attempt import attempt
from ..failure import format_failure
from .fail_app import make_asgi_fail_app, tell_failure
from .layer import Layer


def is_asgi(app):
    """Whether `app` is ASGI 3, as uvicorn tells it: a coroutine function, or called as one."""
    if inspect.isclass(app):
        return False
    call = app if inspect.isfunction(app) else getattr(app, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(call)


def lifespan_mode(worker):
    """on, off or auto, as the worker class has it."""
    config = getattr(worker, "config", None)
    return getattr(config, "lifespan", None) or getattr(worker.cfg, "asgi_lifespan", "auto")


class Watched(Layer):
    """An ASGI app whose startup is part of its boot, too.

    A startup that fails would end the master: the server is told that it is complete, and each
    request is answered with the failure.
    """

    def __init__(self, worker, app, layer, later):
        super().__init__(worker, app, layer)
        own, mode = self._gunicov, lifespan_mode(worker)
        own.mine, own.required = worker._gunicov, mode == "on"
        own.mine.starts_later = mode != "off" and not later

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await live(self._gunicov, scope, receive, send)
            return
        has_started(self._gunicov)
        self._gunicov.count()
        await self._gunicov.app(scope, receive, send)


def has_started(own):
    """The app has started, or serves without having said so: the worker's boot is at its end, where it was not before."""
    if own.mine.starts_later:
        own.mine.starts_later = False
        worker = own.worker()
        attempt(worker, own.mine.record_boot, worker)


def fail_to_start(own, text):
    """Record that the startup failed, with `text`, and answer each request with it."""
    own.mine.starts_later = False
    tell_failure(own.worker(), "the app's lifespan does not start; serving its failure", text)
    own.app = make_asgi_fail_app(text)


async def live(own, scope, receive, send):
    """The lifespan of a Watched app, given what that knows of itself."""
    mine = own.mine

    async def watched(message):
        if message["type"] == "lifespan.startup.failed":
            fail_to_start(own, message.get("message") or "the app sent lifespan.startup.failed")
            return
        if message["type"] == "lifespan.startup.complete":
            has_started(own)
        await send(message)

    try:
        await own.app(scope, receive, watched)
    except Exception as error:
        if not mine.boot_failed and mine.starts_later and own.required:
            fail_to_start(own, format_failure(error))
        if not mine.boot_failed:
            has_started(own)  # in the mode auto it only says that the app knows no lifespan
            raise
    if mine.boot_failed:
        await send({"type": "lifespan.startup.complete"})
        while (await receive())["type"] != "lifespan.shutdown":
            pass
        await send({"type": "lifespan.shutdown.complete"})
