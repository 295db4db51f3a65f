"""Reading files and paths that may not be there, or not be readable any more."""

import hashlib
import json
import os
import zipfile


def read_json(path):
    """The object in a JSON file, or None where there is none (or it is not one)."""
    try:
        with open(path, "rb") as file:
            value = json.loads(file.read().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def list_names(path):
    try:
        return os.listdir(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def read_bytes(path):
    try:
        with open(path, "rb", buffering=0) as file:  # read whole: a buffer would only cost time
            return file.read()
    except OSError:
        return None


def digest_of(path):
    """The SHA-256 (hex) of a file's bytes as they are now; None where it can't be read."""
    body = read_bytes(path)
    return None if body is None else hashlib.sha256(body).hexdigest()


def read_source(path):
    """The bytes of a source file, which may lie in a zip (`/lib/mypkg.zip/mypkg/core.py`), or None."""
    body = read_bytes(path)
    if body is not None:
        return body
    archive = archive_of(path)
    try:
        with zipfile.ZipFile(archive or path) as file:
            return file.read(os.path.relpath(path, archive))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def archive_of(path):
    """The file that a path goes through as if it were a directory, or None."""
    while path not in ("/", ""):
        path = os.path.dirname(path)
        if os.path.exists(path):
            return path if os.path.isfile(path) else None
    return None


class RealPaths:
    """os.path.realpath of many files: the links in a directory's path are followed once.

    Made anew for each piece of work, because links change.
    """

    def __init__(self):
        self.folders = {}

    def __call__(self, path):
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or not os.path.isabs(path):
            return os.path.realpath(path)
        if folder not in self.folders:
            self.folders[folder] = os.path.realpath(folder)
        whole = os.path.join(self.folders[folder], name)
        return os.path.realpath(whole) if os.path.islink(whole) else whole


def within(path, directories):
    """Whether a path lies in one of these directories (as written, or resolved)."""
    for directory in directories:
        for one, other in (
            (path, directory),
            (os.path.realpath(path), os.path.realpath(directory)),
        ):
            inside, outside = os.path.normpath(one), os.path.normpath(other)
            if inside == outside or inside.startswith(outside.rstrip("/") + "/"):
                return True
    return False


def is_sqlite(path):
    """Tell whether a file begins as SQLite's do, and so those of coverage.py. Raises OSError."""
    with open(path, "rb") as file:
        return file.read(16) == b"SQLite format 3\0"
