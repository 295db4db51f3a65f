"""The project's own modules are compiled from their source, never read from a .pyc.

A .pyc is keyed by whole seconds and size, so that a same-length edit within a second would run old
code; caches of pytest's assertion rewriter had the same key. Here compiled code is keyed by the very
bytes of its source, and kept in the runner's memory: an unchanged file is compiled once a session.
Installed packages keep their .pyc. Runs in
the fork that is the run, and so in xdist's workers, which are forked from that.
"""

import base64
import hashlib
import importlib.machinery
import marshal
import os
import sys

CODES = {}  # (what compiled it, path) -> (digest of the source, marshalled code)
COMPILED = {}  # the same of what this process has compiled itself


def compile_once(how, path, source, work):
    """Return the code of `source` (bytes), from `work()` where these bytes are new."""
    key, digest = (how, path), hashlib.sha256(source).hexdigest()
    known = CODES.get(key)
    if known is not None and known[0] == digest:
        return marshal.loads(known[1])
    code = work()
    COMPILED[key] = (digest, code)
    return code


def portable(codes):
    """The same as texts: (how, path, digest, base64) each."""
    return [
        (how, path, digest, base64.b64encode(marshal.dumps(code)).decode())
        for (how, path), (digest, code) in codes.items()
    ]


def forget_project_paths():
    """Forget what the import system knows of directories that may be the project's."""
    for path in [path for path in sys.path_importer_cache if not is_installed(path + os.sep)]:
        del sys.path_importer_cache[path]


def is_installed(path):
    path = str(path)
    stdlib = os.path.dirname(os.__file__) + os.sep
    return path.startswith(stdlib) or "/site-packages/" in path or "/dist-packages/" in path


def read_project_sources():
    """Patch this process's import system, for good."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader
    get_code, exec_module = loader.get_code, loader.exec_module

    def get_code_from_source(self, fullname):
        path = self.get_filename(fullname)
        if is_installed(path):
            return get_code(self, fullname)
        source = self.get_data(path)
        return compile_once("python", path, source, lambda: self.source_to_code(source, path))

    def exec_and_patch(self, module):
        exec_module(self, module)
        if module.__name__ == "_pytest.assertion.rewrite":
            rewrite_from_source(module)

    loader.get_code, loader.exec_module = get_code_from_source, exec_and_patch
    if "_pytest.assertion.rewrite" in sys.modules:
        rewrite_from_source(sys.modules["_pytest.assertion.rewrite"])


def rewrite_from_source(rewrite):
    """The same for pytest's assertion rewriter (its module)."""
    read_pyc = getattr(rewrite, "_read_pyc", None)
    rewrite_test = getattr(rewrite, "_rewrite_test", None)
    if read_pyc is None or rewrite_test is None:
        # A pytest that we do not know: a cache directory that can never exist.
        sys.pycache_prefix = os.devnull + "/gunicov"
        return

    def read_installed(source, *rest):
        return read_pyc(source, *rest) if is_installed(source) else None

    def rewrite_once(path, config):
        how = f"pytest {config.getini('enable_assertion_pass_hook')}"
        # What comes before the code is for a .pyc, and none is written.
        return None, compile_once(
            how, str(path), path.read_bytes(), lambda: rewrite_test(path, config)[1]
        )

    rewrite._read_pyc, rewrite._rewrite_test = read_installed, rewrite_once
