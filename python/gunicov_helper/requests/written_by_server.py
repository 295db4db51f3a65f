"""`written`: which files the server itself writes. A change of those is no save of the user's."""

import os
import stat

from gunicov_common.process import children

from gunicov_helper.files import list_names, read_bytes

ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR


class WrittenByServer:
    """Knows a file as written where a process of the server has it open to write, or where the hook
    has noted that a worker has opened it so (docs/protocol.md, section 5)."""

    def __init__(self, session):
        self.session = session

    def do_written(self, request, job):
        if self.session.master is None:
            return {"files": []}
        noted, opened = self.noted(), self.opened()
        return {"files": [path for path in request["files"] if known(path, noted, opened)]}

    def noted(self):
        """Real paths that workers have opened to write."""
        if self.session.own or not self.session.record:
            return set()
        found = set()
        for generation in self.session.record.generations():
            for name in list_names(generation.join("wrote")):
                words = (read_bytes(generation.join("wrote", name)) or b"").split(b"\0")
                found.update(os.path.realpath(os.fsdecode(word)) for word in words if word)
        return found

    def opened(self):
        """(device, inode) of the files that the master or a process below it has open to write."""
        found, waiting = set(), [self.session.master.pid]
        while waiting:
            pid = waiting.pop()
            waiting.extend(children(pid))
            for fd in list_names(f"/proc/{pid}/fd"):
                found.add(opened_to_write(pid, fd))
        return found - {None}


def opened_to_write(pid, fd):
    """(device, inode) of a descriptor of a regular file that can be written by it, or None."""
    try:
        status = os.stat(f"/proc/{pid}/fd/{fd}")
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(f"/proc/{pid}/fdinfo/{fd}") as file:
            flags = next(int(line.split()[1], 8) for line in file if line.startswith("flags:"))
    except (OSError, StopIteration, ValueError):
        return None
    return (status.st_dev, status.st_ino) if flags & ACCESS else None


def known(path, noted, opened):
    if os.path.realpath(path) in noted:
        return True
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in opened
