"""The project's files that this process has loaded."""

import contextlib
import hashlib
import os
import sys

from ..own_files import is_own
from ..state import STATE
from .measures import is_ours
from .places import is_project

# Python imports them before all else. Debian's own is a link to /etc, of which coverage.py knows no library.
AT_START = ("sitecustomize", "usercustomize")


def loaded_project_files():
    """Files of the project's modules that this process has loaded, as named and as real paths."""
    paths = {*STATE.hashes, *project_files(list(sys.modules.items()))}
    return sorted(path for path in paths if not is_own(path))


def project_files(modules):
    """The same of some modules ([(name, module)]), as a set."""
    paths = set()
    command = sys.modules["__main__"]  # gunicorn's own script, under whatever names it has
    for name, module in modules:
        path = module is not command and getattr(module, "__file__", None)
        if not isinstance(path, str) or (name in AT_START and not is_project(path)):
            continue
        if path in STATE.imported:
            paths.update(STATE.imported[path])
        elif is_ours(path, name):
            paths.update((os.path.abspath(path), os.path.realpath(path)))
            archive = getattr(getattr(module, "__loader__", None), "archive", None)
            if isinstance(archive, str):  # a zip: that is what changes
                paths.update((os.path.abspath(archive), os.path.realpath(archive)))
    return paths


def note_archived():
    """Note the hashes of what has come out of a zip (by path, as if that were a directory) and is ours."""
    for name, module in list(sys.modules.items()):
        loader, path = getattr(module, "__loader__", None), getattr(module, "__file__", None)
        if not hasattr(loader, "archive") or path in STATE.imported or not is_ours(path, name):
            continue
        with contextlib.suppress(Exception):  # whatever a loader of somebody's own does
            STATE.hashes[os.path.realpath(path)] = hashlib.sha256(loader.get_data(path)).hexdigest()
