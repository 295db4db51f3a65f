"""Memory, as the kernel's cgroup tells of it."""

import contextlib
import os

from gunicov_common.cgroup import folders_of

# Of version 2, and of 1: the limit, what is used, and what of that is given back when it is wanted.
CGROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def figures(folder, name):
    """A file of the kernel's with a name and a number in each line."""
    with open(os.path.join(folder, name)) as file:
        return {key: int(value) for key, value in map(str.split, file)}


def number_in(folder, name):
    """The number (int) that a file of the kernel's holds. Raises OSError, ValueError."""
    with open(os.path.join(folder, name)) as file:
        return int(file.read())


def memory_room(folders):
    """How many bytes a cgroup may still take, or None where it has no limit: of the first folder that tells."""
    for folder in folders:
        for limit, usage, idle in CGROUP_FILES:
            with contextlib.suppress(OSError, ValueError):  # no limit is the word "max"
                room = number_in(folder, limit) - number_in(folder, usage)
                return room + figures(folder, "memory.stat").get(idle, 0)
    return None


def is_memory_scarce(processes):
    """Whether so many workers, ending ones and new ones, may not all be there at once. Each has about half of
    what the master has for itself."""
    room = memory_room(folders_of(os.getpid()))
    if room is None:
        return False
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return room < processes * resident // 2
