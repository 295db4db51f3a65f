"""Whose a file is: an installed package's, Python's own, or the project's."""

import os

PACKAGES = ("/site-packages/", "/dist-packages/")
# As Python is found, and as it lies on the disk.
STDLIB = tuple(
    os.path.dirname(path) + os.sep for path in (os.__file__, os.path.realpath(os.__file__))
)


def is_installed(path):
    """Whether a file is of an installed package; also where its environment lies in the project."""
    return any(part in path for part in PACKAGES)


def is_stdlib(path):
    """Whether a file, or frozen code, is of Python's own library."""
    return (path.startswith(STDLIB) and not is_installed(path)) or path.startswith("<frozen ")


def is_others(path):
    """Whether a file is not the project's."""
    return is_installed(path) or is_stdlib(path)
