"""Waits of a reload: for workers to end, for a report to be made."""

import contextlib
import fcntl
import os
import time

from ..originals import REAL_SLEEP

GIVE_WAY_SECONDS = 1
WAIT_SECONDS = 1  # within which old workers' end is noticed at once
SCARCE_SECONDS = 3  # how long the next workers wait for it where memory is scarce


def wait_for_end(pids, patience):
    """Wait until these workers are gone, `patience` seconds at most. gunicorn reaps them."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not all(has_ended(pid) for pid in pids):
        REAL_SLEEP(0.003)


def has_ended(pid):
    """Whether a child is gone, reaped or not."""
    try:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, pid, options) is not None
    except ChildProcessError:
        return True


def wait_for_report(directory, patience=GIVE_WAY_SECONDS):
    """The helper says of a generation when its report is made, or that there will be none. It may have gone, and
    another worker may finish a request: it is not waited for longer than `patience`, in seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not os.path.exists(os.path.join(directory, "collected")):
        REAL_SLEEP(0.003)


def take_turn(path, patience):
    """Where that file is: the worker that has it locked ends first, and the kernel unlocks it then."""
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDONLY)  # open to the very end
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            REAL_SLEEP(0.003)
