"""os._exit in a worker."""

import contextlib
import os
import weakref

from ..attempt import attempt
from ..children import tell_fork_ended
from ..measure.save import save_worker

BOOT_ERRORS = (3, 4)  # exit codes of a worker at which gunicorn's master stops


def guard_exit(worker):
    """Wrap os._exit in the worker, which runs no exit hooks: the record tells who called it."""
    leave, pid = os._exit, os.getpid()
    known = weakref.ref(worker)  # the module os outlives the app, whose objects must end before it

    def _exit(status):
        if os.getpid() == pid:  # not in a process that the worker has forked
            worker = known()
            mine = worker and worker._gunicov
            if mine and (mine.leaving or mine.saves_at_exit()):
                attempt(worker, save_worker, worker)
            elif mine and not mine.finished:
                attempt(worker, record_exit, worker, status)
            if status in BOOT_ERRORS:
                status = 1  # those end the master
        else:
            with contextlib.suppress(Exception):
                tell_fork_ended(known()._gunicov)
        leave(status)

    os._exit = _exit


def record_exit(worker, status):
    """Write done/<age>.json."""
    worker._gunicov.note("done", os.getpid(), cause=f"os._exit({status!r})")
