"""Files and directories of the record."""

import itertools
import json
import os

from ..state import STATE

COUNTER = itertools.count()


def write_whole(path, data):
    """Make `path` hold the bytes `data`, by rename, so that a reader sees all of it or nothing.

    Takes no lock and never reuses a temporary name: up to gunicorn 23 child_exit runs inside a
    signal handler, perhaps in the middle of another call of this function.
    """
    folder, name = os.path.split(path)
    unfinished = os.path.join(folder, f".{name}.{os.getpid()}.{next(COUNTER)}.tmp")
    with open(unfinished, "wb") as file:
        file.write(data)
    if STATE.owner and os.geteuid() == 0:
        os.chown(unfinished, *STATE.owner)
    os.replace(unfinished, path)


def write_json(path, value):
    """As write_whole: `value` as JSON."""
    write_whole(path, json.dumps(value, sort_keys=True, default=str).encode())


def make_directory(path):
    """Create a private directory that the workers' final user owns."""
    os.mkdir(path, 0o700)
    os.chmod(path, 0o700)  # whatever the umask took away
    if STATE.owner:
        os.chown(path, *STATE.owner)


def process_start_time(pid):
    """Field 22 of /proc/<pid>/stat, in clock ticks since boot; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name in field 2 may hold spaces and parentheses: count from its end.
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
