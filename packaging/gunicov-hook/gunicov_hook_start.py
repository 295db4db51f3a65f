"""What gunicov_hook.pth runs in each Python process, before any program, where GUNICOV_HOOK=1."""

import importlib.util
import os

HERE = os.path.dirname(os.path.abspath(__file__))
# By its path: nothing of gunicov's may be imported under its name in a process that is not gunicorn's.
SPEC = importlib.util.spec_from_file_location(
    "gunicov_hook_take_over", os.path.join(HERE, "gunicov_hook", "take_over.py")
)
take_over = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(take_over)
take_over.wait(os.path.join(HERE, "gunicov_hook.py"))
