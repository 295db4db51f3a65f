"""Which workers of a master have gone."""

import os

from gunicov_common.process import Process, children, open_pidfd


class Deaths:
    """Knows which workers of a master have gone, and gives what to wait on for the next."""

    def __init__(self, master):
        self.master = master
        self.fds = {}
        self.served = None  # the master's children when the SIGHUP was sent

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for fd in self.fds.values():
            if fd is not None:
                os.close(fd)

    def gone(self, pid, start_time=None):
        """Whether that worker no longer runs (a pid that now is another process's: gone)."""
        process = Process.read(pid)
        if process is None or process.dead or process.parent != self.master.pid:
            return True
        return start_time is not None and process.start_time != start_time

    def signalled(self):
        """A SIGHUP is about to be sent: whoever it ends is a child of the master now."""
        self.served = children(self.master.pid)

    def all_gone(self):
        """Whether all who were there at the SIGHUP have gone, and with them a worker that could not write its
        pid (on a full disk, say)."""
        return self.served is not None and all(map(self.gone, self.served))

    def waits(self, pids):
        """(descriptors, blind) to wait on for the death of these; blind where one has none."""
        fds = []
        for pid in list(pids) + [self.master.pid]:
            if pid not in self.fds:
                self.fds[pid] = open_pidfd(pid)
            if self.fds[pid] is not None:
                fds.append(self.fds[pid])
        return fds, len(fds) <= len(pids)
