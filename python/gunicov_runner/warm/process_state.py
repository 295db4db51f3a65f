"""What an import can leave behind in a process: compared before and after it."""

import builtins
import faulthandler
import gc
import locale
import logging
import os
import random
import signal
import socket
import sys
import threading
import warnings

from gunicov_common.process import children
from gunicov_common.shared_by_forks import descriptors


def process_state():
    """Everything of this process that an import must leave as it is: {what it is: its value}."""
    return {
        "a thread": (threading.active_count(), names_in("/proc/self/task")),
        "a process": children(os.getpid()),
        "an open file": descriptors(),
        "a signal handler": [signal.getsignal(number) for number in signal.valid_signals()],
        "a timer": signal.getitimer(signal.ITIMER_PROF),
        "the environment": dict(os.environ),
        "random numbers": random.getstate(),
        "warning filters": list(warnings.filters),
        "the working directory": os.getcwd(),
        "sys.path": list(sys.path),
        "the import system": (list(sys.meta_path), list(sys.path_hooks)),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the file mode mask": mask(),
        "hooks of the interpreter": hooks(),
        "standard streams": (sys.stdin, sys.stdout, sys.stderr),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval(), socket.getdefaulttimeout()),
        "garbage collection": (gc.isenabled(), gc.get_threshold()),
        "logging": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "builtins": {name: id(value) for name, value in vars(builtins).items() if name != "_"},
    }


def difference(before, after):
    """What is not as it was (str), or None."""
    return next((what for what, value in before.items() if after[what] != value), None)


def hooks():
    return (
        sys.excepthook,
        sys.displayhook,
        sys.unraisablehook,
        threading.excepthook,
        sys.gettrace(),
        sys.getprofile(),
        faulthandler.is_enabled(),
    )


def mask():
    value = os.umask(0o077)
    os.umask(value)
    return value


def names_in(path):
    try:
        return len(os.listdir(path))
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
