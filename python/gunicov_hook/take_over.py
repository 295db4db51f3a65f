"""Has gunicorn take gunicov's hook as its config whatever `-c` says, and the hook the config that `-c` says.

For `GUNICOV_HOOK=1`, where the wheel gunicov-hook is installed, and for a config that imports gunicov_hook. It imports
nothing of the hook's: with that variable it is loaded in each Python process, also in those with other versions of it.
"""

import contextlib
import importlib.util
import os
import sys

WHERE = "gunicorn.app.base"  # gunicorn's module that loads config files
NAMES = ("gunicov_hook", "gunicov_hook.py")
USER_CONFIG = "GUNICOV_USER_CONFIG"


class Waiting:
    """A finder that finds nothing by itself: takes over as soon as gunicorn's module is imported."""

    def __init__(self, hook):
        self.hook = hook

    def find_spec(self, name, path=None, target=None):
        if name != WHERE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            take_over(module, self.hook)

        spec.loader.exec_module = exec_module
        return spec


def wait(hook):
    """Take over in this process if it is gunicorn's. `hook`: path of gunicov_hook.py."""
    if os.environ.get("GUNICOV") == "0":
        return
    if WHERE in sys.modules:
        take_over(sys.modules[WHERE], hook)
    else:
        sys.meta_path.insert(0, Waiting(hook))


def take_over(base, hook):
    """From now on, `base` (the module gunicorn.app.base) loads `hook` in place of each other config file.

    Where gunicorn has been changed so much that this can't be done, it says so, and does nothing.
    """
    application = getattr(base, "Application", None)
    load = getattr(application, "load_config_from_file", None)
    default = getattr(base, "get_default_config_file", None)
    if load is None or default is None:
        print(
            "gunicov: GUNICOV_HOOK=1 does not work with this gunicorn. "
            "Give it gunicov_hook as its config: -c python:gunicov_hook",
            file=sys.stderr,
        )
        return
    if getattr(load, "loads_gunicov", False):
        return

    def load_config_from_file(self, filename):
        if is_hook(filename):
            return load(self, filename)
        with user_config(filename):
            return load(self, hook)

    load_config_from_file.loads_gunicov = True
    application.load_config_from_file = load_config_from_file
    # None: there is no config file, and so nothing would be loaded. The hook finds gunicorn.conf.py itself.
    base.get_default_config_file = lambda: hook


@contextlib.contextmanager
def user_config(location):
    """The hook reads the config at `location` meanwhile. Not for longer: a gunicorn that the app starts has its own."""
    before = os.environ.get(USER_CONFIG)
    os.environ[USER_CONFIG] = location
    try:
        yield
    finally:
        if before is None:
            del os.environ[USER_CONFIG]
        else:
            os.environ[USER_CONFIG] = before


def is_hook(location):
    """Whether a config's location (path, or python:module) is the hook."""
    return os.path.basename(location).rpartition(":")[2] in NAMES
