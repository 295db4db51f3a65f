"""Threads that an import starts: a fork has none of them."""

import os
import threading
import time

LINGER_SECONDS = 0.1  # for which the system still has a thread that has ended


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
