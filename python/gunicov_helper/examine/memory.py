"""How much memory there is where the server runs, and how much a restart's workers need beside the old ones."""

import contextlib
import re

from gunicov_common.cgroup import limit_and_use
from gunicov_common.process import children


def memory(pid):
    """`limit` and `free` in bytes (null: not known; limit null: none but the machine's), and `workers`: what each has
    of its own."""
    limit, used = limit_and_use(pid)
    machine = available()
    free = machine if limit is None else max(0, limit - used)
    if machine is not None and free is not None:
        free = min(free, machine)
    return {"limit": limit, "free": free, "workers": [own(each) for each in sorted(children(pid))]}


def available():
    """What the kernel says a new program could have (bytes), or None."""
    with contextlib.suppress(OSError), open("/proc/meminfo") as file:
        found = re.search(r"^MemAvailable:\s+(\d+) kB", file.read(), re.MULTILINE)
        return int(found.group(1)) * 1024 if found else None
    return None


def own(pid):
    """What a process shares with no other, in bytes; 0 where that can't be read."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup") as file:
        found = re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB", file.read(), re.MULTILINE)
        if found:
            return sum(map(int, found)) * 1024
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm") as file:
        _, resident, shared = map(int, file.read().split()[:3])
        return max(0, resident - shared) * 4096
    return 0
