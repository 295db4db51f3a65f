"""gunicorn configuration that measures coverage in every worker and records what it did.

Give it to gunicorn as its config file: `gunicorn -c gunicov_hook.py app:app`, or, without touching
the command line, `GUNICORN_CMD_ARGS="-c /path/to/gunicov_hook.py"`. Settings and hooks of the
user's own gunicorn config keep working: they are executed and chained.

What it does is in the folder gunicov_hook beside this file; hooks.py there is the table of contents. (gunicov_common
is what it shares with gunicov's other parts.) The record that it leaves is section 5 of docs/protocol.md, and so is its environment (GUNICOV_DIR, GUNICOV_USER_CONFIG, …).
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

# Not `gunicov_hook`: that is this file, if gunicorn is told `-c python:gunicov_hook`. Which it finds, though the folder
# is of the same name, because that has no __init__.py. Nothing goes on sys.path, where the app would see it.
PACKAGES = {"_gunicov_hook": "gunicov_hook", "gunicov_common": "gunicov_common"}


def add_package(name, folder):
    """Make a folder beside this file a package: once, at the master's start; reloads go on with what is in memory."""
    place = os.path.join(os.path.dirname(os.path.realpath(__file__)), folder)
    if not os.path.isdir(place) or not os.listdir(place):
        sys.exit(
            f"gunicov: {place} is missing. Mount all of gunicov's python/, or take dist/gunicov_hook.py, one file."
        )
    spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [place]
    sys.modules[name] = importlib.util.module_from_spec(spec)


for package, beside in PACKAGES.items():
    if package not in sys.modules:
        add_package(package, beside)
globals().update(importlib.import_module("_gunicov_hook.config").settings(__name__, __file__))
