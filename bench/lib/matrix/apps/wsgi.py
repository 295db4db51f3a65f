"""A WSGI application of what is hard to measure: threads, tails of generators, late imports, exits."""

import atexit
import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import shapes
import slots

slots.own_line(int(os.environ["SLOT"]))


def goodbye():
    shapes.area("goodbye")
    shapes.at_exit()


atexit.register(goodbye)


def in_thread(size):
    helper = threading.Thread(target=shapes.count_down, args=(size,))
    helper.start()
    helper.join()
    return "thread"


def in_pool(size):
    with ThreadPoolExecutor(2) as pool:
        return str(sum(pool.map(shapes.square, range(size))))


def outlive(size):
    """A thread that is still running when the worker is asked to leave."""
    threading.Thread(target=shapes.slow, args=(0.05,)).start()
    return "outlive"


def late(size):
    import lazy

    return lazy.run(size)


def failing(size):
    with contextlib.suppress(ValueError):
        shapes.fail(size)
    try:
        shapes.fail(size)
    except ValueError as error:
        return str(error)
    finally:
        size += 1
    return "never"


ROUTES = {
    "/thread": in_thread,
    "/pool": in_pool,
    "/outlive": outlive,
    "/late": late,
    "/failing": failing,
}


def app(environ, start_response):
    path = environ["PATH_INFO"]
    answer = ROUTES[path](4) if path in ROUTES else shapes.area(path)
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    yield answer.encode()
    if path == "/tail":
        shapes.tail()
