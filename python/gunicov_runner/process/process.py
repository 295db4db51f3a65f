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
