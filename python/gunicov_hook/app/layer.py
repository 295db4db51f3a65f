"""The layer around an app, which counts its requests."""

import inspect
import types
import weakref

from .counter import counter


class Layer:
    """An app whose requests are counted. To whoever looks at it, it is the app itself."""

    def __init__(self, worker, app, layer):
        """`layer(worker, app, later)` gives the layer of what a factory makes."""
        own = {"app": app, "count": counter(worker), "worker": weakref.ref(worker), "layer": layer}
        object.__setattr__(self, "_gunicov", types.SimpleNamespace(**own))

    def __call__(self, *args, **named):
        own = self._gunicov
        if not args and not named:
            return self.make()
        scope = args[0] if args else named.get("scope")
        if not (isinstance(scope, dict) and scope.get("type") == "lifespan"):
            own.count()
        return own.app(*args, **named)

    def make(self):
        """It is a factory: what it makes is the app, or (aiohttp's) a coroutine of that."""
        made, worker, layer = self._gunicov.app(), self._gunicov.worker(), self._gunicov.layer
        if not inspect.iscoroutine(made):
            return layer(worker, made, later=True)

        async def wait():
            return layer(worker, await made, later=True)

        return wait()

    @property
    def __class__(self):
        return self._gunicov.app.__class__

    def __getattr__(self, name):
        return getattr(self._gunicov.app, name)

    def __setattr__(self, name, value):
        setattr(self._gunicov.app, name, value)

    def __delattr__(self, name):
        delattr(self._gunicov.app, name)

    def __repr__(self):
        return repr(self._gunicov.app)
