"""Processes: their signals, their parents, their end."""

import os
import signal
import sys


def prctl(option, value):
    """Call Linux's prctl; elsewhere, and without ctypes, do nothing."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def die_with(parent):
    """Have the kernel kill this process when the runner dies, however that happens."""
    prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(3)


def adopt_orphans():
    """Have orphans of our children become ours, so that none outlives a run."""
    prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def children():
    """Return the pids of this process's children, adopted ones too (Linux; elsewhere none)."""
    own, found = str(os.getpid()), []
    try:
        with open(f"/proc/self/task/{own}/children") as file:  # ours are those of the main thread
            return [int(pid) for pid in file.read().split()]
    except OSError:
        pass  # a kernel without it: look at every process
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in filter(str.isdigit, names):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[1].decode() == own:
            found.append(int(name))
    return found


def group_of(pid):
    """Return the process group of `pid`, or None when it has gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def send_signal(send, target, number):
    """Send a signal to a process or group that may be gone, or be another user's."""
    try:
        send(target, number)
    except (ProcessLookupError, PermissionError):
        pass
