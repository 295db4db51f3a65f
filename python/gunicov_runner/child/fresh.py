"""The project's own modules are compiled from their source: a .pyc of them is neither read nor written.

A .pyc is keyed by whole seconds and size, so that a same-length edit within a second would run old
code; caches of pytest's assertion rewriter had the same key. Here compiled code is keyed by the very
bytes of its source, and kept in the runner's memory: an unchanged file is compiled once a session.
Installed packages keep their .pyc. Runs in the fork that is the run, and so in xdist's workers, which
are forked from that.

Only what reads and writes a .pyc is replaced, nothing that compiles or executes a module: a traceback
through an import has no frame of ours.
"""

import base64
import hashlib
import importlib
import importlib.machinery
import importlib.util
import marshal
import os
import struct
import sys

from gunicov_runner.installed import is_others

CODES = {}  # (what compiled it, path) -> (digest of the source, marshalled code)
COMPILED = {}  # the same of what this process has compiled itself
LOOKED_FOR = {}  # path -> digest of the source when its code was looked for
PYTHON, HEADER = "python", 16  # bytes before the code in a .pyc


def portable(codes):
    """The same as texts: (how, path, digest, base64) each."""
    return [
        (how, path, digest, base64.b64encode(code).decode())
        for (how, path), (digest, code) in codes.items()
    ]


def look(how, path):
    """Return the marshalled code of a file as it is now, or None where it must be compiled."""
    LOOKED_FOR[path] = digest = digest_of(path)
    known = CODES.get((how, path))
    return known[1] if known is not None and known[0] == digest else None


def keep(how, path, code):
    """Keep marshalled code of a file, unless it was saved while it was compiled."""
    digest = LOOKED_FOR.pop(path, None)
    if digest is not None and digest_of(path) == digest:
        COMPILED[how, path] = (digest, code)


def digest_of(path):
    """Return the digest of a file's bytes, or None where it can't be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def forget_project_paths():
    """Forget what the import system knows of directories that may be the project's."""
    for path in [path for path in sys.path_importer_cache if not is_others(path + os.sep)]:
        del sys.path_importer_cache[path]


def read_project_sources():
    """Patch this process's import system, for good."""
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)  # not as the runner itself
    loader = importlib.machinery.SourceFileLoader
    get_data, write = loader.get_data, loader._cache_bytecode

    def get_kept(self, path):
        source = None if is_others(path) else source_of(path)
        if source is None:
            return get_data(self, path)
        code = look(PYTHON, source)
        if code is None:
            raise FileNotFoundError(path)
        info = os.stat(source)
        numbers = (int(info.st_mtime) & 0xFFFFFFFF, info.st_size & 0xFFFFFFFF)
        return importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, *numbers) + code

    def keep_bytecode(self, source_path, bytecode_path, data):
        if is_others(source_path):
            write(self, source_path, bytecode_path, data)
        else:
            keep(PYTHON, source_path, bytes(data[HEADER:]))

    loader.get_data, loader._cache_bytecode = get_kept, keep_bytecode
    rewrite_from_source(importlib.import_module("_pytest.assertion.rewrite"))


def source_of(path):
    """Return the source of a .pyc, or None for any other file."""
    try:
        return importlib.util.source_from_cache(path) if path.endswith(".pyc") else None
    except ValueError:
        return None


def rewrite_from_source(rewrite):
    """The same for pytest's assertion rewriter (its module)."""
    names = ("_read_pyc", "_write_pyc", "try_makedirs")
    read, write, make = (getattr(rewrite, name, None) for name in names)
    if None in (read, write, make):
        # A pytest that we do not know: a cache directory that can never exist.
        sys.pycache_prefix = os.devnull + "/gunicov"
        return

    def read_kept(source, pyc, *rest):
        if is_others(str(source)):
            return read(source, pyc, *rest)
        code = look(how(), str(source))
        return None if code is None else marshal.loads(code)

    def keep_rewritten(state, code, source_stat, pyc):
        if is_others(code.co_filename):
            return write(state, code, source_stat, pyc)
        keep(how(), code.co_filename, marshal.dumps(code))
        return True

    def make_installed(directory):
        return not is_others(str(directory) + os.sep) or make(directory)

    def how():
        """What the code depends on beside its source: a setting of who asks, two frames up."""
        hook = sys._getframe(2).f_locals["self"]
        return f"pytest {hook.config.getini('enable_assertion_pass_hook')}"

    rewrite._read_pyc, rewrite._write_pyc = read_kept, keep_rewritten
    rewrite.try_makedirs = make_installed
