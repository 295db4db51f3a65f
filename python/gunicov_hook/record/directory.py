"""The record's directory of one master."""

import contextlib
import errno
import os
import stat

from ..state import STATE
from .files import make_directory, process_start_time

DEFAULT_DIR = "/tmp/gunicov"


def check_base(base):
    """Create the directory of all records, or refuse one in which others could swap ours."""
    if not os.path.isdir(base):
        os.makedirs(os.path.dirname(base) or ".", exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(base)
            # Sticky, as /tmp is: masters of several users share it and can't touch each other's.
            os.chmod(base, 0o1777)
    info = os.lstat(base) if base == DEFAULT_DIR else os.stat(base)
    if not stat.S_ISDIR(info.st_mode) and not stat.S_ISLNK(info.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), base)
    ours = info.st_uid in (0, os.geteuid()) or info.st_mode & stat.S_ISVTX
    if stat.S_ISDIR(info.st_mode) and ours:
        return
    raise PermissionError(f"{base} belongs to another user (uid {info.st_uid}); set GUNICOV_DIR")


def make_record():
    """Create this master's own directory, or take it up again when it is there."""
    base = os.path.abspath(os.environ.get("GUNICOV_DIR") or DEFAULT_DIR)
    check_base(base)
    pid = os.getpid()
    directory = os.path.join(base, f"master-{pid}-{process_start_time(pid)}")
    try:
        make_directory(directory)
    except FileExistsError:
        if os.lstat(directory).st_uid not in (os.geteuid(), (STATE.owner or (0, 0))[0]):
            raise
    STATE.directory = directory
