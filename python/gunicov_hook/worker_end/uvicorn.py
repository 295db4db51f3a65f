"""The last requests of uvicorn's worker."""

import contextlib
import inspect
import sys
import time

LAST_REQUEST_SECONDS = (
    0.1  # how long uvicorn's worker waits at its end for a request on an open connection
)


def answer_last_requests():
    """Have uvicorn lose no request at a worker's end. It closes whatever connection has no request at that
    moment: one that was accepted a moment ago, and one whose next request is on its way. And one that is accepted
    meanwhile stays open: its client keeps the worker until graceful_timeout cuts off what runs then."""
    uvicorn = sys.modules.get("uvicorn.server")
    usual = getattr(getattr(uvicorn, "Server", None), "shutdown", None)
    if not inspect.iscoroutinefunction(usual):
        return

    async def shutdown(server, sockets=None):
        try:
            await finish_connections(server, sockets)
        except Exception:
            with contextlib.suppress(Exception):
                uvicorn.logger.exception("gunicov: connections are closed at once")
        await usual(server, sockets=sockets)

    uvicorn.Server.shutdown = shutdown


async def finish_connections(server, sockets):
    """Accept no more, and tell each client with its next answer that its connection ends. Those that ask for
    nothing are left to uvicorn after LAST_REQUEST_SECONDS, those that wait for their answer at once."""
    import asyncio

    for listener in (*server.servers, *(sockets or ())):
        listener.close()
    for _ in range(4):  # steps of the loop from accept() to a connection that uvicorn knows
        await asyncio.sleep(0)
    last = [(b"connection", b"close")]
    state = server.server_state
    state.default_headers = [*state.default_headers, *last]
    until = time.monotonic() + LAST_REQUEST_SECONDS
    while True:
        cycles = [each.cycle for each in state.connections if hasattr(each, "cycle")]
        for cycle in cycles:
            if cycle and not cycle.response_started and last[0] not in cycle.default_headers:
                cycle.default_headers = [*cycle.default_headers, *last]
        idle = any(cycle is None or cycle.response_complete for cycle in cycles)
        if not idle or time.monotonic() > until:
            return
        await asyncio.sleep(0.005)
