"""What an import can leave behind in a process, and forks of it would share."""

import gc
import os
import random
import re
import sys
import threading
import time

LINGER_SECONDS = 0.1  # for which the system still has a thread that has ended
SHARED_LIBRARY = re.compile(r"\.so(\.[0-9]+)*$")


def descriptors():
    """What each open descriptor is: {its number (str): its path}.

    Not that of a shared library: libffi keeps its own open, to map it, once a program has a callback of ctypes'
    (numpy has). Nobody reads from it, so that it may be shared.
    """
    found = {}
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for name in names:
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # that of the listing itself
    return {
        name: path
        for name, path in found.items()
        if not path.endswith("/fd") and not SHARED_LIBRARY.search(path)
    }


def threads():
    """(Python's threads, all threads) of this process; (n, 0) where the system does not tell.

    A library that is prepared for forks ends its threads at each fork and starts them again when it needs them, as OpenBLAS
    does, which numpy uses. Such threads do no harm where a process forks: they are not counted.
    """
    python = threading.active_count()
    if thread_count() > python:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        until = time.monotonic() + LINGER_SECONDS
        while thread_count() > python and time.monotonic() < until:
            time.sleep(0.001)
    return python, thread_count()


def thread_count():
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def generators():
    """How many random number generators there are, beside those of the system's own randomness."""
    found = sum(
        isinstance(one, random.Random) and not isinstance(one, random.SystemRandom)
        for one in gc.get_objects()
    )
    numpy = sys.modules.get("numpy.random")
    if numpy is None:
        return found
    kinds = (numpy.Generator, numpy.RandomState)
    # numpy's own one is seeded anew in each fork.
    return found + sum(isinstance(one, kinds) for one in gc.get_objects()) - 1


def reseed():
    """Have random numbers begin anew in a fork; Python's own do so by themselves."""
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
