"""Libraries that workers have imported, imported in the master at the next reload."""

import gc
import importlib
import json
import os
import sys

from gunicov_common.fingerprint import fingerprint

from ..coverage_py.green import green_library
from ..fast_paths import is_on, leave_out
from ..record.generation import generation_directory, worker_files
from ..source.measures import is_ours
from ..state import STATE
from .trial import try_imports


def imported_libraries():
    """[[name, file]] of the libraries' modules that this worker has imported itself, in that order."""
    found = []
    new = [each for each in list(sys.modules.items()) if each[0] not in STATE.known]
    for name, module in new:
        spec = getattr(module, "__spec__", None)
        path = getattr(spec, "origin", None)
        if spec is None or spec.name != name or not isinstance(path, str):
            continue
        if path not in STATE.imported and os.path.isabs(path) and not is_ours(path, name):
            found.append([name, path])
    return found


def tell_later(mine):
    """Tell of libraries that were imported while serving."""
    libraries = imported_libraries()
    if libraries:
        mine.note("later", os.getpid(), libraries=libraries)


def preload(server):
    """Import in the master what the workers of the generation that ends have imported, where that is
    safe: not for green threads, whose library must patch the others before they are imported."""
    cfg = server.cfg
    if os.environ.get("GUNICOV_PRELOAD") == "0":
        leave_out("server.preload", "GUNICOV_PRELOAD is 0")
    if cfg.preload_app:
        leave_out("server.preload", "preload_app imports the app there")
    if STATE.current is None:
        leave_out("server.preload", "there is no record of the workers before")
    if not is_on("server.preload"):
        return
    wanted = {}
    # The workers that end now say later what they have imported while serving: those before them have.
    for path in (
        *worker_files(STATE.current, "booted"),
        *worker_files(generation_directory(STATE.generation - 1), "later"),
    ):
        with open(path, "rb") as file:
            wanted.update(json.load(file).get("libraries", ()))
    green = {"gevent", "eventlet"} & {*wanted, *sys.modules}
    if green_library(cfg.worker_class) or green:
        library = green_library(cfg.worker_class) or min(green)
        leave_out("server.preload", f"{library} must patch the libraries before they are imported")
        return
    left = {name: path for name, path in wanted.items() if is_preloadable(name)}
    STATE.tried.update(left)
    before = set(sys.modules)
    for name in try_imports(left):
        importlib.import_module(name)
    for name in set(sys.modules) - before:
        path = getattr(sys.modules[name], "__file__", None)
        if isinstance(path, str):
            STATE.libraries[path] = fingerprint(path)
    if left:
        gc.collect()
        gc.freeze()  # collections in the workers then leave these pages shared


def is_preloadable(name):
    """Whether a library's module may be tried: it is new and not excluded."""
    if name in STATE.tried or name in sys.modules:
        return False
    excluded = os.environ.get("GUNICOV_PRELOAD_EXCLUDE", "").split(",")
    packages = [word.strip() for word in excluded if word.strip()]
    return not any(name == each or name.startswith(each + ".") for each in packages)
