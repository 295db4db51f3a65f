"""Where a source file lies: with the project's own, or with installed libraries."""

import contextlib
import importlib.util
import os
import sys
import sysconfig

from ..originals import REALPATH
from ..own_files import FOLDERS
from ..state import STATE

STDLIB = os.path.dirname(os.__file__) + os.sep
INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


def renew_places():
    """At the start and at each reload: what links point to may have changed."""
    STATE.library_roots, STATE.folders = library_roots(), {}


def library_roots():
    """Directories of the standard library, of installed packages, and of gunicov's own modules."""
    known = sysconfig.get_paths()
    paths = [known.get(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [os.path.realpath(path) for path in paths if path]
    return tuple({path + os.sep for path in (*paths, *FOLDERS) if path})


def is_library_place(folder):
    """Whether libraries are installed in a directory."""
    folder += os.sep
    return folder.startswith(STATE.library_roots) or any(part in folder for part in INSTALLED)


def is_project(path):
    """Whether a source file lies where the project's own do, rather than where libraries are installed.
    A directory that is only linked into a place for libraries is the project's."""
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in STATE.folders:
        there = is_library_place(folder) and is_library_place(REALPATH(folder))
        STATE.folders[folder] = not there
    return STATE.folders[folder]


def module_path(name):
    """The file of a module, imported or not, or None."""
    with contextlib.suppress(Exception):  # whatever a finder of somebody's own does
        module = sys.modules.get(name)
        spec = None if module else importlib.util.find_spec(name.partition(".")[0])
        path = getattr(module, "__file__", None) if module else getattr(spec, "origin", None)
        return path if isinstance(path, str) and os.path.isabs(path) else None
    return None
