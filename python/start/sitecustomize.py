"""With this directory on PYTHONPATH, GUNICOV_HOOK=1 does without the package gunicov-hook: each Python runs this file at its start.

For a server whose `-c` stands where only an edit of its image would change it. A sitecustomize of the environment's own runs after it.
"""

import importlib
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PARENT = os.path.dirname(HERE)


def wait():
    """As gunicov_hook_start.py of the package does it."""
    path = os.path.join(PARENT, "gunicov_hook", "take_over.py")
    spec = importlib.util.spec_from_file_location("gunicov_hook_take_over", path)
    take_over = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(take_over)
    take_over.wait(os.path.join(PARENT, "gunicov_hook.py"))


def run_next():
    """Python takes one sitecustomize only: the first one on its path, which is this."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
    ours = sys.modules.pop(__name__, None)
    try:
        importlib.import_module(__name__)
    except ImportError as error:
        if error.name != __name__:
            raise
        if ours is not None:
            sys.modules[__name__] = ours


if os.environ.get("GUNICOV_HOOK") == "1":
    wait()
run_next()
