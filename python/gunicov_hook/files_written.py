"""What the app writes."""

import contextlib
import os
import sys

from .state import STATE

MOST_NOTES = 10_000  # paths that a worker has written
# Audit events that tell of a file written, with how many of their values are paths.
WRITING_EVENTS = {
    "open": 1,
    "os.rename": 2,
    "os.remove": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "sqlite3.connect": 1,
}


def note_writes(worker):
    """Note each path that this worker (or a process forked from it) opens to write, renames, links
    or removes, before it does, in `wrote/<age>`: that change of a file is no save of the user's."""
    mine = worker._gunicov
    if not mine.directory or not hasattr(sys, "addaudithook"):
        return
    notes, known = mine.path("wrote"), set()

    def hear(event, values):
        # Called for each of the interpreter's audit events, and whatever it raises would be the app's.
        if event in WRITING_EVENTS:
            with contextlib.suppress(Exception):
                for path in written_paths(event, values):
                    ours = path.startswith(STATE.directory)
                    if path not in known and len(known) < MOST_NOTES and not ours:
                        known.add(path)
                        append(notes, os.path.join(os.getcwd(), path))

    sys.addaudithook(hear)


def written_paths(event, values):
    """The paths (str) that an audit event tells of as written."""
    if event == "open":
        path, mode, flags = values
        changes = flags & (os.O_WRONLY | os.O_RDWR) or any(
            letter in (mode or "") for letter in "wax+"
        )
        paths = [path] if changes else []
    else:
        paths = values[: WRITING_EVENTS[event]]
    return [os.fsdecode(path) for path in paths if isinstance(path, (str, bytes, os.PathLike))]


def append(notes, path):
    """Add a path to a worker's file of notes."""
    fd = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if STATE.owner and os.geteuid() == 0:
            os.fchown(fd, *STATE.owner)
        os.write(fd, os.fsencode(path) + b"\0")
    finally:
        os.close(fd)
