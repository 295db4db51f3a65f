"""How requests are counted in an app of each kind."""

import sys
import weakref

from ..attempt import attempt
from ..record.worker import count_request


def kind(module, name):
    """A class of a library, where that is loaded: else one that has no objects."""
    return getattr(sys.modules.get(module), name, ())


def counter(worker):
    """Counts one request each time it is called. It holds no worker: the app, which holds it, has to end as
    it does without a layer."""
    mine, known = worker._gunicov, weakref.ref(worker)

    def count():
        worker = known()
        if worker:
            attempt(worker, count_request, mine)

    return count


def count_found(worker, app):
    """A tornado Application, its requests counted: each asks for its handler once."""
    if "_gunicov" not in vars(app):
        find, count = app.find_handler, counter(worker)
        app._gunicov = True

        def find_handler(*args, **named):
            count()
            return find(*args, **named)

        app.find_handler = find_handler
    return app


def count_handled(worker, app):
    """An aiohttp Application, its requests counted by its first middleware; None where it takes none any more."""
    names = [getattr(each, "__name__", "") for each in app.middlewares]
    if "gunicov_counts" in names:
        return app
    if app.frozen:
        return None
    count = counter(worker)

    async def gunicov_counts(request, handler):
        count()
        return await handler(request)

    app.middlewares.insert(0, sys.modules["aiohttp.web"].middleware(gunicov_counts))
    return app
