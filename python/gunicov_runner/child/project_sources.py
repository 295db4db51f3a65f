"""The project's own modules are compiled from their source: a .pyc of them is neither read nor written.

A .pyc is keyed by whole seconds and size, so that a same-length edit within a second would run old
code; caches of pytest's assertion rewriter had the same key. Here compiled code is keyed by the very
bytes of its source, and kept in the runner's memory: an unchanged file is compiled once a session.
Installed packages keep their .pyc. Runs in the fork that is the run, and so in xdist's workers, which
are forked from that.

Only what reads and writes a .pyc is replaced, nothing that compiles or executes a module: a traceback
through an import has no frame of ours. It is compiled when its .pyc is asked for; where that fails or warns, Python
or pytest compiles it as ever, and may offer the code as the next .pyc (not under PYTHONDONTWRITEBYTECODE: there it
warns each time, as by hand).

Of installed packages the .pyc that pytest writes is used where it can write one, else memory.
"""

import functools
import importlib
import importlib.machinery
import importlib.util
import marshal
import os
import struct
import sys

from gunicov_runner.child.kept_code import keep, look, look_or_compile
from gunicov_runner.installed import is_others

HEADER = 16  # bytes before the code in a .pyc


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
        how = compiler(self, path)
        if type(self).source_to_code is loader.source_to_code:
            code = look_or_compile(how, source, functools.partial(compile_source, self, source))
        else:
            code = look(how, source)
        if code is None:
            raise FileNotFoundError(path)
        info = os.stat(source)
        numbers = (int(info.st_mtime) & 0xFFFFFFFF, info.st_size & 0xFFFFFFFF)
        return importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, *numbers) + code

    def compile_source(self, path):
        return self.source_to_code(get_data(self, path), path)

    def keep_bytecode(self, source_path, bytecode_path, data):
        if is_others(source_path):
            write(self, source_path, bytecode_path, data)
        else:
            keep(compiler(self, bytecode_path), source_path, bytes(data[HEADER:]))

    loader.get_data, loader._cache_bytecode = get_kept, keep_bytecode
    rewrite_from_source(importlib.import_module("_pytest.assertion.rewrite"))


def source_of(path):
    """Return the source of a .pyc, or None for any other file."""
    try:
        return importlib.util.source_from_cache(path) if path.endswith(".pyc") else None
    except ValueError:
        return None


def compiler(loader, pyc):
    """What has compiled a .pyc: an import hook may have one of its own, with its own tag in the name."""
    return f"{type(loader).__module__}.{type(loader).__qualname__} {os.path.basename(pyc)}"


def rewrite_from_source(rewrite):
    """The same for pytest's assertion rewriter (its module)."""
    names = ("_read_pyc", "_write_pyc", "_rewrite_test", "try_makedirs")
    read, write, compiled, make = (getattr(rewrite, name, None) for name in names)
    if None in (read, write, compiled, make):
        # A pytest that we do not know: a cache directory that can never exist.
        sys.pycache_prefix = os.devnull + "/gunicov"
        return

    def read_kept(source, pyc, *rest):
        path, (how, config) = str(source), asker()
        if is_others(path):
            code = read(source, pyc, *rest)
            can_write = not sys.dont_write_bytecode and os.path.isdir(os.path.dirname(str(pyc)))
            if code is not None or can_write:
                return code
        code = look_or_compile(how, path, lambda: compiled(source, config)[1])
        return None if code is None else marshal.loads(code)

    def keep_rewritten(state, code, source_stat, pyc):
        path = code.co_filename
        if is_others(path) and write(state, code, source_stat, pyc):
            return True
        keep(asker()[0], path, marshal.dumps(code))
        return True

    def make_installed(directory):
        return not is_others(str(directory) + os.sep) or make(directory)

    def asker():
        """What the code depends on beside its source, and pytest's config, of whom asks, two frames up."""
        config = sys._getframe(2).f_locals["self"].config
        return f"pytest {config.getini('enable_assertion_pass_hook')}", config

    rewrite._read_pyc, rewrite._write_pyc = read_kept, keep_rewritten
    rewrite.try_makedirs = make_installed
