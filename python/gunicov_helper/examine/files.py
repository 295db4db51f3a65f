"""Whether the server sees the same files as the host, and which it has that no mount gives it."""

import hashlib
import os

from gunicov_helper.source import read_regular


def compare(files):
    """Paths that are not there (`absent`), and those with other bytes (`different`), of [{path, sha256}]."""
    absent, different = [], []
    for file in files:
        try:
            body = read_regular(file["path"])
        except OSError:
            body = None
        if body is None:
            absent.append(file["path"])
        elif hashlib.sha256(body).hexdigest() != file["sha256"]:
            different.append(file["path"])
    return absent, different


def directory(path):
    """What a directory is, as the server sees it."""
    try:
        read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        read_only = False
    return {"path": path, "there": os.path.exists(path), "read_only": read_only}
