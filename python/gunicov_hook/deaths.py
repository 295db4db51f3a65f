"""How a worker ended, as the master knows it."""

import os
import signal

from gunicov_common.cgroup import oom_kills

from .state import STATE


def record_end(worker):
    """In the master: what it can know of how a worker ended."""
    mine, status = worker._gunicov, STATE.statuses.pop(worker.pid, None)
    if mine.directory and os.path.exists(mine.path("done", ".json")):
        return  # the worker has said it itself
    cause = describe_status(status)
    if getattr(worker, "aborted", False):
        cause = "timeout"
    elif mine.has_saved():
        cause = "exit"
    mine.note("done", worker.pid, cause=cause, status=status)


def note_statuses(server):
    """In the master: keep what os.waitpid says of a worker, which gunicorn does not hand to child_exit. Where it learns of
    an end in another way, the cause is unknown."""
    if STATE.waitpid is not None:
        return
    STATE.waitpid = theirs = os.waitpid

    def waitpid(pid, options):
        found, status = theirs(pid, options)
        if found in getattr(server, "WORKERS", ()):
            STATE.statuses[found] = status
        return found, status

    os.waitpid = waitpid


def forget_statuses():
    """The same undone, in a worker."""
    if STATE.waitpid is not None:
        os.waitpid, STATE.waitpid = STATE.waitpid, None


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
