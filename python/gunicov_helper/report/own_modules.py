"""Modules of the project that coverage.py's configuration brings into this process: its plugins."""

import hashlib
import importlib
import importlib.machinery
import os
import sys
import sysconfig

INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


def library_roots():
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = [sysconfig.get_path(name) for name in names]
    paths += [os.path.realpath(path) for path in paths if path]
    return tuple({path + os.sep for path in paths if path})


ROOTS = library_roots()


def is_own(path):
    """Whether a source file lies outside of where libraries are installed."""
    path = os.path.abspath(path)
    return not path.startswith(ROOTS) and not any(part in path for part in INSTALLED)


class OwnModules:
    """For as long as it is entered, such modules are as their source is now; afterwards they are forgotten.

    A plugin that was edited is so the new one in the next report.
    """

    def __init__(self):
        self.hashes = {}  # path -> sha256 of the very bytes that were imported last

    def __enter__(self):
        self.hashes = {}
        self.before = set(sys.modules)
        self.usual = importlib.machinery.SourceFileLoader.get_code
        importlib.machinery.SourceFileLoader.get_code = self.reader()
        importlib.invalidate_caches()
        return self

    def __exit__(self, *_):
        importlib.machinery.SourceFileLoader.get_code = self.usual
        for name in set(sys.modules) - self.before:
            path = getattr(sys.modules[name], "__file__", None)
            if isinstance(path, str) and is_own(path) and name.partition(".")[0] != "coverage":
                del sys.modules[name]

    def reader(self):
        """SourceFileLoader.get_code that takes no bytecode for the project's source: its key is whole seconds and size."""
        usual, hashes = self.usual, self.hashes

        def get_code(loader, fullname):
            path = loader.get_filename(fullname)
            if not is_own(path):
                return usual(loader, fullname)
            source = loader.get_data(path)
            hashes[os.path.realpath(path)] = hashlib.sha256(source).hexdigest()
            return loader.source_to_code(source, path)

        return get_code
