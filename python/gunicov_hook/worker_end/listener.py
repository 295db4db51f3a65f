"""The listener of gunicorn's asgi worker is closed."""

import contextlib
import inspect

CLOSING_SECONDS = 0.5  # how long an asgi worker waits for a closed listener's connections


def bound_closing(worker):
    """Bound the wait for a listener's end in gunicorn's asgi worker: version 24 waits without a limit,
    and from Python 3.12 on that is until the last idle connection is gone."""
    shutdown = getattr(worker, "_shutdown", None)
    if not inspect.iscoroutinefunction(shutdown):
        return

    async def bounded():
        for server in getattr(worker, "servers", []):
            with contextlib.suppress(AttributeError):  # uvloop's, which waits for none
                server.wait_closed = briefly(server.wait_closed)
        await shutdown()

    worker._shutdown = bounded


def briefly(wait):
    """A coroutine function that waits as `wait` does, but no longer than CLOSING_SECONDS."""
    import asyncio

    async def waited():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(wait(), CLOSING_SECONDS)

    return waited
