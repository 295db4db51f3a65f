"""What /proc tells of processes."""

import math
import os
import re


class Process:
    """What /proc tells of one process at one moment."""

    def __init__(self, pid, parent, start_time, state, name="", stack=0):
        """`stack`: where its stack begins, which a fork keeps and a new program has elsewhere; 0: not told."""
        self.pid, self.parent, self.start_time, self.state = pid, parent, start_time, state
        self.name, self.stack = name, stack

    @classmethod
    def read(cls, pid):
        """The process of that pid, or None. `start_time` is field 22 of its stat."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                text = file.read()
        except (OSError, ValueError):
            return None
        # The command's name may hold spaces and parentheses: fields count from the last one.
        fields = text[text.rfind(b")") + 2 :].split()
        if len(fields) < 20:
            return None
        name = os.fsdecode(text[text.find(b"(") + 1 : text.rfind(b")")])
        stack = int(fields[25]) if len(fields) > 25 else 0
        return cls(pid, int(fields[1]), int(fields[19]), fields[0].decode("ascii"), name, stack)

    @property
    def dead(self):
        return self.state in "ZXx"

    def argv(self):
        """Its command line's elements; empty for a zombie or a thread of the kernel."""
        try:
            with open(f"/proc/{self.pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            return []
        while words and not words[-1]:  # setproctitle pads its title with NULs
            words.pop()
        return [os.fsdecode(word) for word in words]

    def environment(self):
        """Its environment as it was started with (dict), or None where it can't be read."""
        try:
            with open(f"/proc/{self.pid}/environ", "rb") as file:
                pairs = [pair.partition(b"=") for pair in file.read().split(b"\0")]
        except OSError:
            return None
        return {os.fsdecode(key): os.fsdecode(value) for key, equals, value in pairs if equals}

    def link(self, name):
        """Where /proc/<pid>/<name> points (`cwd`, `exe`), or None."""
        try:
            return os.readlink(f"/proc/{self.pid}/{name}")
        except OSError:
            return None

    def uid(self):
        """The effective uid, or None."""
        return self.status(rb"^Uid:\s+\d+\s+(\d+)")

    def gid(self):
        """The effective gid, or None."""
        return self.status(rb"^Gid:\s+\d+\s+(\d+)")

    def status(self, pattern):
        """The number that `pattern` finds in its status, or None."""
        try:
            with open(f"/proc/{self.pid}/status", "rb") as file:
                return int(re.search(pattern, file.read(), re.MULTILINE).group(1))
        except (OSError, AttributeError):
            return None

    def seconds(self):
        """How long it has been running, in seconds; infinite where that is not known."""
        try:
            with open("/proc/uptime") as file:
                uptime = float(file.read().split()[0])
        except (OSError, ValueError, IndexError):
            return math.inf
        age = uptime - self.start_time / os.sysconf("SC_CLK_TCK")
        return age if age >= 0 else math.inf  # a container's own uptime counts from elsewhere


def all_processes():
    """{pid: Process} of everything in /proc; empty where a system has none."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return {}
    found = (Process.read(int(name)) for name in names if name.isdigit())
    return {process.pid: process for process in found if process}


def open_pidfd(pid):
    """A descriptor that becomes readable when that process ends, or None."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def children(pid):
    """Pids of the children of all of a process's threads."""
    try:
        found = set()
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.update(int(word) for word in file.read().split())
        return found
    except OSError:  # a kernel that has no such files
        return {one.pid for one in all_processes().values() if one.parent == pid}
