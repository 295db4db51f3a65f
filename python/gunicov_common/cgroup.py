"""What the kernel says of the memory of a process's cgroup."""

import contextlib
import os

ROOT = "/sys/fs/cgroup"


def folders_of(pid):
    """Where it may say so, the nearest first: outside a container a process's cgroup is further down."""
    folders = ["", "memory"]
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            if not controllers:
                folders.insert(0, f".{path}")
            elif "memory" in controllers.split(","):
                folders.insert(0, f"memory{path}")
    return [os.path.join(ROOT, folder) for folder in folders]


def oom_kills(pid):
    """How many processes the kernel has killed in that process's cgroup for want of memory; 0 where nothing tells."""
    for folder in folders_of(pid):
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError, ValueError):
                with open(os.path.join(folder, name)) as file:
                    kills = dict(map(str.split, file)).get("oom_kill")
                if kills is not None:
                    return int(kills)
    return 0
