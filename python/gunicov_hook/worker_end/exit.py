"""The end of a worker: exit handlers, threads that still run, gunicorn's abort."""

import os
import signal
import threading
import weakref

from ..attempt import attempt
from ..children import save_forked
from ..measure.save import save_worker
from ..originals import REAL_SLEEP, REAL_THREAD
from ..reload.give_way import make_way

EXIT_SECONDS = 0.5  # how long exit handlers and threads are measured after worker_exit


def begin_exit(worker):
    """worker_exit has come. Exit handlers and threads that are no daemons still run, and are
    measured; where they take longer than EXIT_SECONDS the data is saved without the rest."""
    worker._gunicov.leaving = True
    # A second SIGTERM or a SIGQUIT must not break the file in the middle.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT):
        signal.signal(number, signal.SIG_IGN)

    known = weakref.ref(worker)  # what this thread holds would have no end: the app's objects

    def watch():
        REAL_SLEEP(EXIT_SECONDS)
        worker = known()
        if worker and not worker._gunicov.finished:
            worker._gunicov.late = describe_late()
            attempt(worker, save_worker, worker)

    REAL_THREAD(watch, ())


def describe_late():
    """What keeps a worker from ending: threads, or an exit handler."""
    main = threading.main_thread()
    threads = [t.name for t in threading.enumerate() if t is not main and not t.daemon]
    running = f"threads {', '.join(threads)}" if threads else "an exit handler"
    return f"{running} still ran {EXIT_SECONDS} s after the worker's end; the rest is not measured"


def save_at_exit(worker):
    """The last exit handler (the worker's first): handlers and threads of the app are measured."""
    if os.getpid() == worker._gunicov.pid:  # not in a process that the worker has forked
        attempt(worker, save_worker, worker)
        attempt(worker, make_way, worker)
    else:
        attempt(worker, save_forked, worker)


def record_abort(worker):
    """gunicorn's SIGABRT: what the worker was doing is cut off, so what it may save yet is not whole."""
    if os.getpid() == worker._gunicov.pid:
        worker._gunicov.aborted = True
        worker._gunicov.note("done", os.getpid(), cause="timeout")
