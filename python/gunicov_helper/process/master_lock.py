"""One gunicov for a gunicorn master: two would restart each other's workers in mid-measurement."""

import fcntl
import os
import time

from gunicov_common.failure import Failure

from gunicov_helper.protocol.wait import Wait

PATIENCE = 3.0  # seconds: the helper of a gunicov that has just been killed may not be gone yet
PAUSE = 0.05


class MasterLock:
    """A lock on /proc/<master's pid>, held for as long as this helper lives.

    The directory is there in every container and for every server, with a record or without; it is
    the master's own, leaves no file, and the kernel lets go of it however the helper ends.
    """

    def __init__(self):
        self.fd = self.master = None

    def take(self, master):
        """Generator: waits for the lock, and lets go of that on another master once it has this one.

        Raises Failure `server-busy` where another process keeps it.
        """
        wanted = (master.pid, master.start_time)
        if self.master == wanted:
            return
        try:
            fd = os.open(f"/proc/{master.pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            master.verify()
            raise
        until = time.monotonic() + PATIENCE
        try:
            while not lock(fd):
                if time.monotonic() >= until:
                    raise busy(master.pid, fd)
                yield Wait(time.monotonic() + PAUSE)
        except BaseException:
            os.close(fd)
            raise
        if self.fd is not None:
            os.close(self.fd)
        self.fd, self.master = fd, wanted


def lock(fd):
    """Try to get the lock. True also where the system has none to give: then nobody can tell."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def holder(fd):
    """Pid of the process that has the lock, as far as /proc/locks tells; None: it does not."""
    node = os.fstat(fd)
    mark = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    try:
        with open("/proc/locks") as file:
            found = [line.split() for line in file if " FLOCK " in line]
    except OSError:
        return None
    return next((words[4] for words in found if words[5:6] == [mark] and words[4] != "0"), None)


def busy(pid, fd):
    other = holder(fd)
    whose = f" (its helper there has pid {other})" if other else ""
    return Failure(
        "server-busy",
        f"another gunicov is measuring this server, gunicorn master {pid}{whose}",
        "Two would restart each other's workers. End the other one, then look again: press a, or "
        "start gunicov anew.",
    )


def other_holder(pid):
    """Pid of the process that has the lock of that master (0: not told), or None: nobody has."""
    try:
        fd = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if lock(fd):
            return None  # and closing lets go of it
        other = holder(fd)
        return int(other) if other else 0
    finally:
        os.close(fd)
