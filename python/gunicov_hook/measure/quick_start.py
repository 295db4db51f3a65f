"""A quicker start of coverage."""

import contextlib
import inspect
import sysconfig

from ..fast_paths import is_on
from ..state import STATE


@contextlib.contextmanager
def quick_start(cov):
    """Leaves out of coverage's start what costs most and gives nothing here. It asks sysconfig for the
    same paths some 27 times, which work them out anew each time: 10 ms. They stay the same in a process
    and its forks. And it notes where in the program it was started, for its debug output only, with
    `inspect.stack`, which looks at every module there is: 8 ms with Flask. A plugin may need that one."""
    if not is_on("quick-start"):
        yield
        return
    work_out, stack = sysconfig.get_paths, inspect.stack

    def get_paths(*args, **named):
        key = repr((args, sorted(named.items())))
        if key not in STATE.paths:
            STATE.paths[key] = work_out(*args, **named)
        return dict(STATE.paths[key])

    sysconfig.get_paths = get_paths
    if not cov.get_option("run:plugins"):
        inspect.stack = lambda *_, **__: []
    try:
        yield
    finally:
        sysconfig.get_paths, inspect.stack = work_out, stack
