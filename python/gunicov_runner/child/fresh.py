"""The project's own modules are compiled from their source, never read from a .pyc.

A .pyc is keyed by whole seconds and size, so that a same-length edit within a second would run old
code; pytest's assertion rewriter keeps a cache of its own with the same key. Installed packages
keep their .pyc: compiling pytest itself anew costs half a second a worker. Runs in the forked child
and, as text, in each worker of xdist: it imports nothing of ours.
"""

import importlib.machinery
import os
import sys


def read_project_sources():
    """Patch this process's import system, for good."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader
    stdlib = os.path.dirname(os.__file__) + os.sep
    get_code, exec_module = loader.get_code, loader.exec_module

    def installed(path):
        path = str(path)
        return path.startswith(stdlib) or "/site-packages/" in path or "/dist-packages/" in path

    def get_code_from_source(self, fullname):
        path = self.get_filename(fullname)
        if installed(path):
            return get_code(self, fullname)
        return self.source_to_code(self.get_data(path), path)

    def rewrite_from_source(rewrite):
        read_pyc = getattr(rewrite, "_read_pyc", None)
        if read_pyc is None:
            # A pytest that we do not know: a cache directory that can never exist.
            sys.pycache_prefix = os.devnull + "/gunicov"
            return
        rewrite._read_pyc = lambda source, *rest: (
            read_pyc(source, *rest) if installed(source) else None
        )

    def exec_and_patch(self, module):
        exec_module(self, module)
        if module.__name__ == "_pytest.assertion.rewrite":
            rewrite_from_source(module)

    loader.get_code, loader.exec_module = get_code_from_source, exec_and_patch
    if "_pytest.assertion.rewrite" in sys.modules:
        rewrite_from_source(sys.modules["_pytest.assertion.rewrite"])
