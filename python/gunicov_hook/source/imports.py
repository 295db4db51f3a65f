"""The project's modules as they are imported: from source, never from bytecode, each with the hash of its bytes."""

import contextlib
import hashlib
import importlib.machinery
import marshal
import os
import sys
import time

from ..coverage_py.version import untried_coverage
from ..fast_paths import is_on
from ..originals import REALPATH
from ..own_files import is_own
from ..state import STATE
from .measures import is_ours

IMPORT_SECONDS = 0.5  # between two signs of life of a worker that boots


def get_project_code(loader, fullname):
    """SourceFileLoader.get_code that neither reads nor writes bytecode of the project's own code, nor of
    what is measured.

    A .pyc is keyed by its source's whole second and size: after an edit of the same size within a
    second it would bring the old code back. Libraries keep theirs, for speed. The loader's method is
    replaced, not a path hook added, because code also comes in through spec_from_file_location
    (editable installs, plugins). It sees the very bytes that are compiled, so their hash is exact.
    """
    path = loader.get_filename(fullname)
    if not is_ours(path, fullname):
        return super(importlib.machinery.SourceFileLoader, loader).get_code(fullname)
    source = loader.get_data(path)
    digest = hashlib.sha256(source).hexdigest()
    real = REALPATH(path)
    own = is_own(real)
    if not own:
        STATE.hashes[real] = digest
        STATE.imported[path] = (os.path.abspath(path), real)
        tell_coverage(path, real)
        note_in_master(path, fullname, real, digest)
    known = STATE.code.get(path)
    if known and known[0] == digest and is_on("server.keep_code"):
        tell_import()
        return marshal.loads(known[1]) if isinstance(known[1], bytes) else known[1]
    tell_import()
    code = loader.source_to_code(source, path)
    if own:  # executed in the master at each reload
        STATE.code[path] = (digest, code)
    else:
        STATE.compiled[path] = (digest, code)
    return code


def note_in_master(path, name, real, digest):
    """Code of the project's is about to run in the master, measured or not."""
    master = STATE.master
    if not master.here:
        return
    if master.coverage and STATE.measures(path, name):
        master.traced[real] = path, name, digest
    elif master.coverage is None and STATE.generation and name != "__config__":
        master.before.add(name)  # a hook of the user's has imported it at a reload


def tell_import():
    """In a worker that boots: give a sign of life, at most once in IMPORT_SECONDS, to the helper (by the
    time of its file on the roster) and to gunicorn, whose `timeout` counts from the fork: a boot takes
    longer when it is measured, but one that hangs gives none."""
    worker, now = STATE.booting, time.monotonic()
    if worker is None or now - STATE.imported_at < IMPORT_SECONDS:
        return
    STATE.imported_at = now
    worker.notify()
    if worker._gunicov.directory:
        with contextlib.suppress(OSError):
            os.utime(worker._gunicov.path("forked"))


def tell_coverage(path, real):
    """Put a file's real path where coverage would keep it once it had found it out itself."""
    if untried_coverage():
        return
    names = getattr(sys.modules.get("coverage.files"), "CANONICAL_FILENAME_CACHE", None)
    if isinstance(names, dict) and os.path.isabs(path):
        names[path] = real


def import_from_source():
    """Have this process, and what is forked from it, import the project's code so."""
    importlib.machinery.SourceFileLoader.get_code = get_project_code
