"""gunicorn configuration that measures coverage in every worker and records what it did.

Give it to gunicorn as its config file: `gunicorn -c gunicov_hook.py app:app`, or, without touching
the command line, `GUNICORN_CMD_ARGS="-c /path/to/gunicov_hook.py"`. Settings and hooks of the
user's own gunicorn config keep working: they are executed and chained.

What it does is in the folder gunicov_hook beside this file; hooks.py there is the table of contents. The record that
it leaves is section 5 of docs/protocol.md, and so is its environment (GUNICOV_DIR, GUNICOV_USER_CONFIG, …).
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

# Not `gunicov_hook`: that is this file, if gunicorn is told `-c python:gunicov_hook`. Which it finds, though the folder
# is of the same name, because that has no __init__.py. Nothing goes on sys.path, where the app would see it.
NAME = "_gunicov_hook"


def add_package():
    """Make the folder a package of that name: once, at the master's start; reloads go on with what is in memory."""
    folder = os.path.join(os.path.dirname(os.path.realpath(__file__)), "gunicov_hook")
    if not os.path.isfile(os.path.join(folder, "config.py")):
        sys.exit(
            f"gunicov: {folder} is missing. Mount all of gunicov's python/, or take dist/gunicov_hook.py, one file."
        )
    spec = importlib.machinery.ModuleSpec(NAME, None, is_package=True)
    spec.submodule_search_locations = [folder]
    sys.modules[NAME] = importlib.util.module_from_spec(spec)


if NAME not in sys.modules:
    add_package()
globals().update(importlib.import_module(NAME + ".config").settings(__name__, __file__))
