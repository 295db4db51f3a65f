"""How a worker ended, as the master knows it."""

import os
import signal
import sys

from gunicov_common.cgroup import oom_kills

from .state import STATE


def record_end(worker):
    """In the master: what it can know of how a worker ended."""
    mine = worker._gunicov
    if mine.directory and os.path.exists(mine.path("done", ".json")):
        return  # the worker has said it itself
    status = wait_status()
    cause = describe_status(status)
    if getattr(worker, "aborted", False):
        cause = "timeout"
    elif mine.has_saved():
        cause = "exit"
    mine.note("done", worker.pid, cause=cause, status=status)


def wait_status():
    """What waitpid said of the worker, or None. gunicorn does not hand it to child_exit, but has
    it in a variable of the function that calls it (in each version from 20.1 to 27)."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "reap_workers":
            status = frame.f_locals.get("status")
            return status if isinstance(status, int) else None
        frame = frame.f_back
    return None


def describe_status(status):
    """What a wait status tells of a worker's end, as text for `cause` in done/<age>.json."""
    if status is None or status == 0:
        return "unknown"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL and take_oom_kill():
            return "out of memory"
        try:
            return f"killed by {signal.Signals(number).name}"
        except ValueError:
            return f"killed by signal {number}"
    return f"exit code {os.WEXITSTATUS(status)}"


def take_oom_kill():
    """Whether the kernel has killed one more than is accounted for; it is, from now on."""
    if STATE.oom_kills is None or oom_kills(os.getpid()) <= STATE.oom_kills:
        return False
    STATE.oom_kills += 1
    return True
