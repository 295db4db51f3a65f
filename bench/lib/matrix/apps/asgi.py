"""An ASGI application of what is hard to measure: lifespan, tasks, executors, streams, exits."""

import asyncio
import atexit
import contextlib
import os

import shapes
import slots

slots.own_line(int(os.environ["SLOT"]))
atexit.register(shapes.at_exit)


async def lifespan(receive, send):
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            shapes.square(3)
            await send({"type": "lifespan.startup.complete"})
        else:
            shapes.tail()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def parts(size):
    for n in range(size):
        await asyncio.sleep(0)
        if n == 2:
            continue
        yield str(n)


async def in_tasks(size):
    numbers = await asyncio.gather(*[doubled(n) for n in range(size)])
    return str(sum(numbers))


async def doubled(n):
    await asyncio.sleep(0)
    return 2 * n if n else 1


async def in_executor(size):
    loop = asyncio.get_running_loop()
    return str(await loop.run_in_executor(None, shapes.count_down, size))


async def streamed(size):
    return "".join([part async for part in parts(size)])


async def late(size):
    import lazy

    return lazy.run(size)


async def failing(size):
    with contextlib.suppress(ValueError):
        shapes.fail(size)
    return "failed"


ROUTES = {
    "/tasks": in_tasks,
    "/pool": in_executor,
    "/stream": streamed,
    "/late": late,
    "/failing": failing,
}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    path = scope["path"]
    answer = await ROUTES[path](4) if path in ROUTES else shapes.area(path)
    head = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": answer.encode()})
    if path == "/tail":
        shapes.tail()
    return None
