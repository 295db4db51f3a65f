"""What coverage.py measures, told from its settings alone: where a version's own decision can't be asked for."""

import fnmatch
import os

from ..coverage_py.options import option
from .places import STDLIB, is_library_place


class BySettings:
    """Whether a file is measured, by the settings `source…`, `include` and `cover_pylib`. What `omit` leaves out may be told as
    measured. It tells of libraries: the project's own files are looked after whether they are measured or not."""

    def __init__(self, cov):
        named = [
            option(cov, f"run:{name}") or [] for name in ("source", "source_dirs", "source_pkgs")
        ]
        sources = [each for names in named for each in names]
        folders = [each for each in sources if os.path.isdir(each)]
        self.packages = [each for each in sources if each not in folders]
        self.roots = [os.path.realpath(each) for each in folders]
        self.include = [os.path.abspath(each) for each in option(cov, "run:include") or []]
        self.pylib = bool(option(cov, "run:cover_pylib"))

    def __call__(self, path, name):
        if path.startswith(STDLIB):
            return self.pylib
        if any(name == each or name.startswith(f"{each}.") for each in self.packages):
            return True
        if any(fnmatch.fnmatch(path, each) for each in self.include):
            return True
        folder = os.path.realpath(os.path.dirname(path))
        return any(self.is_below(folder, root) for root in self.roots)

    @staticmethod
    def is_below(folder, root):
        """Of libraries that are installed in a project coverage.py measures nothing, but where a source is one of them."""
        below = f"{folder}{os.sep}".startswith(root.rstrip(os.sep) + os.sep)
        return below and (not is_library_place(folder) or is_library_place(root))
