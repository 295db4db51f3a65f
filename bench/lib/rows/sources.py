"""The Python files at hand: of the standard library and of installed packages."""

import os
import sysconfig

# Varied code, much used; what is not installed is left out.
PACKAGES = (
    "coverage",
    "flask",
    "gunicorn",
    "jinja2",
    "pip",
    "pluggy",
    "pygments",
    "_pytest",
    "setuptools",
    "werkzeug",
    "click",
    "gevent",
    "hypothesis",
    "uvicorn",
    "xdist",
)


def standard_library():
    """Its files, with its own tests and their broken sources."""
    return walk(sysconfig.get_path("stdlib"))


def packages(names=PACKAGES):
    """{name: its files} of these packages where they are installed."""
    found = {name: walk(os.path.join(sysconfig.get_path("purelib"), name)) for name in names}
    return {name: files for name, files in found.items() if files}


def walk(top):
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(set(folders) - {"site-packages", "__pycache__"})
        paths = (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))
        found += [path for path in paths if os.path.realpath(path) == path]
    return found
