"""The end of a forked child, as an interpreter ends: threads, exit handlers, objects, buffers."""

import atexit
import gc
import os
import sys
import threading
import traceback
import weakref


def leave(code, known, last=None):
    """End this process; never return into our own frames. `known`: names of the modules that it began with.

    `last()` is called when all of that is done.
    """
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        take_apart(known)
    except BaseException:  # noqa: BLE001 (sys.exit in an exit handler too)
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass
    try:
        if last:
            last()
    finally:
        os._exit(code)


def take_apart(known):
    """Let go of what was loaded since, as an interpreter does last: files that are open are written, temporary
    ones deleted, connections closed. What was there before is not looked at, which takes most of the time.

    A daemon thread would meet modules without names, where Python stops it: then nothing is done.
    """
    if threading.active_count() > 1:
        return
    sys.last_type = sys.last_value = sys.last_traceback = None
    alive = []
    for name in [name for name in sys.modules if name not in known and is_foreign(name)]:
        module = sys.modules.pop(name)
        if str(getattr(module, "__file__", "")).endswith(".py"):
            alive.append(weakref.ref(module))
        del module
    gc.collect()
    for reference in reversed(alive):
        module = reference()
        if module is not None:
            vars(module).clear()
        del module
    gc.collect()


def is_foreign(name):
    return name.partition(".")[0] != __name__.partition(".")[0]
