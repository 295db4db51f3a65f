"""What is run in a worker of xdist before its pytest starts, as text: it may be another process."""

import importlib.util

SELECTION = "gunicov_select"  # the name under which pytest loads the selection

# The worker dies with its controller, also when that is killed with SIGKILL.
DIE_WITH_CONTROLLER = r"""
try:
    if sys.platform == "linux":
        import ctypes
        ctypes.CDLL(None).prctl(1, 9)
except Exception:
    pass
"""

RECEIVE_SELECTION = f"""
import sys, types
module = types.ModuleType({SELECTION!r})
exec(channel.receive(), module.__dict__)
module.IDS = channel.receive()
sys.modules[{SELECTION!r}] = module
"""


def text_of(module):
    """Return the source of one of our modules, whichever way it was loaded."""
    name = f"gunicov_runner.child.{module}"
    return importlib.util.find_spec(name).loader.get_source(name)


def prepare(gateway, select):
    """Prepare a worker: fresh sources, its death, and the node ids `select` (empty: all)."""
    text = text_of("fresh") + "\nread_project_sources()\n" + DIE_WITH_CONTROLLER
    gateway.remote_exec(text).waitclose()
    channel = gateway.remote_exec(RECEIVE_SELECTION)
    channel.send(text_of("selection"))
    channel.send(select)
    channel.waitclose()
