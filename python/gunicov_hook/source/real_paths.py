"""Real paths of many files, found quickly."""

import contextlib
import os

from ..fast_paths import is_on
from ..originals import REALPATH


class RealPaths:
    """os.path.realpath of many files: the links in a directory's path are followed once, not for each
    of its files. For a worker's life, or a piece of work in it."""

    def __init__(self):
        self.folders = {}

    def __call__(self, path):
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or not os.path.isabs(path) or not is_on("real-paths"):
            return REALPATH(path)
        if folder not in self.folders:
            self.folders[folder] = REALPATH(folder)
        whole = os.path.join(self.folders[folder], name)
        return REALPATH(whole) if os.path.islink(whole) else whole


@contextlib.contextmanager
def quick_realpath():
    """coverage's save asks for the real path of each measured file twice; each time every directory on
    the way to it is looked at: 40 ms for a thousand files."""
    if not is_on("real-paths"):
        yield
        return
    quick, usual = RealPaths(), os.path.realpath

    def realpath(path, *args, **named):
        plain = isinstance(path, str) and not args and not named
        return quick(path) if plain else usual(path, *args, **named)

    os.path.realpath = realpath
    try:
        yield
    finally:
        os.path.realpath = usual
