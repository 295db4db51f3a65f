"""Which layer an app gets."""

import contextlib

from .counter import count_found, count_handled, kind
from .fail_app import speaks_asgi
from .layer import Layer
from .lifespan import Watched, is_asgi

# Worker classes of these modules give each request to the app that they have loaded.
CALLERS = ("gunicorn.workers.", "aiohttp.worker", "uvicorn.workers", "uvicorn_worker")


@contextlib.contextmanager
def layered_app(worker):
    """While the app is loaded, whoever asks gunicorn for it gets it in a layer that counts its requests:
    a worker class may keep it anywhere."""
    owner, load = worker.app, worker.app.wsgi

    def wsgi():
        owner.callable = app = layer(worker, load())
        return app

    owner.wsgi = wsgi
    try:
        yield
    finally:
        vars(owner).pop("wsgi", None)  # a circle of ours would have the app's objects end later


def settle_layer(worker):
    """See to it that what the worker will serve has a layer also where it was loaded in a way of its own."""
    mine = worker._gunicov
    name = "asgi" if hasattr(worker, "asgi") else "wsgi"
    if not mine.layered and hasattr(worker, name):
        setattr(worker, name, layer(worker, getattr(worker, name)))
    mine.counts_requests = mine.layered and calls_app(worker)


def calls_app(worker):
    """Whether the worker runs by a loop that is known to give each request to the app."""
    runs = next(cls for cls in type(worker).__mro__ if "run" in vars(cls))
    return runs.__module__.startswith(CALLERS)


def layer(worker, app, later=False):
    """The app with a layer around it, or as it is where that can't be: then nobody counts its requests.
    `later`: it was made after the worker's boot."""
    layered = None
    with contextlib.suppress(Exception):
        layered = layer_of(worker, app, later)
    worker._gunicov.layered = layered is not None
    return app if layered is None else layered


def layer_of(worker, app, later):
    """The app with its layer, or None."""
    if isinstance(app, kind("tornado.web", "Application")):
        return count_found(worker, app)
    if isinstance(app, kind("aiohttp.web", "AppRunner")):
        return count_handled(worker, app.app) and app
    if isinstance(app, kind("aiohttp.web", "Application")):
        return count_handled(worker, app)
    if issubclass(type(app), Layer):
        return app
    if speaks_asgi(worker) and is_asgi(app):
        return Watched(worker, app, layer, later)
    return Layer(worker, app, layer) if callable(app) else None
