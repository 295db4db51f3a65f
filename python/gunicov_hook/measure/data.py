"""A worker's data file."""

import contextlib
import os
import socket

from ..children import asks_for_children
from ..state import STATE


def keep_data(mine):
    """Stop measuring, save (once only) and rename the file out of part/. Its name, or None."""
    cov = mine.coverage
    if cov is None:
        return None
    cov.stop()
    if os.path.exists(os.path.join(mine.directory, "unwanted")):
        drop_own(mine)
        return None
    cov.save()
    data = cov.get_data()
    path = data.data_filename()
    empty = not data.measured_files()
    getattr(data, "close", lambda: None)()  # public only in newer versions
    if empty:
        new = [path for path, each in STATE.hashes.items() if mine.inherited.get(path) != each]
        mine.unmeasured = sorted(new)
        # Where nothing was traced at all coverage writes no file, else it may be one with no rows.
        drop_own(mine)
        return None
    unique = os.urandom(4).hex()
    name = f".coverage.{socket.gethostname()}.{os.getpid()}.{mine.age}.{unique}"
    os.rename(path, os.path.join(mine.directory, name))
    drop_part(mine)
    return name


def drop_own(mine):
    """Remove this process's own files from part/: those of the app's processes, and their place, stay."""
    pid = os.getpid()
    for name in os.listdir(mine.path("part")):
        if f".{pid}." in name or f".pid{pid}." in name:  # until 7.14, and since
            os.unlink(os.path.join(mine.path("part"), name))
    drop_part(mine)


def drop_part(mine):
    """Remove the place in part/ unless a process of the app's may want it."""
    forks = os.listdir(os.path.join(mine.directory, "children"))
    if not forks and not asks_for_children(mine.coverage):
        with contextlib.suppress(OSError):
            os.rmdir(mine.path("part"))
