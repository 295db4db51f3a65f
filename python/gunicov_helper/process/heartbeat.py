"""gunicorn's heartbeat files, by which workers are known where no record tells of them."""

import os
import stat

HEARTBEAT = "wgunicorn-"
WALL_CLOCK = 1e9  # the time of a heartbeat is the monotonic clock's: far below any date


def heartbeats(pid):
    """The stats of the heartbeat files that a process has open, or None where that can't be seen.

    A gunicorn worker has one, unlinked; while it is forked its siblings' as well.
    """
    found = []
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            path = f"/proc/{pid}/fd/{name}"
            try:
                if os.path.basename(os.readlink(path)).startswith(HEARTBEAT):
                    found.append(os.stat(path))
            except FileNotFoundError:
                continue
    except FileNotFoundError:
        return []
    except OSError:
        return None
    return found


def has_beaten(about):
    """Whether a worker's heartbeat file shows that it runs its loop: it has booted.

    Its times become the monotonic clock's; up to gunicorn 20 its mode becomes 0 or 1.
    """
    return about.st_mtime < WALL_CLOCK or stat.S_IMODE(about.st_mode) in (0, 1)
