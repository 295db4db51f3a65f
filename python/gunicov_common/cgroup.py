"""What the kernel says of the memory of a process's cgroup."""

import contextlib
import os

ROOT = "/sys/fs/cgroup"
UNLIMITED = 1 << 60  # the first kind of cgroups has a number for no limit


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


def limit_and_use(pid):
    """(limit or None, what is in use) of that process's cgroup, in bytes. What the kernel can drop at once, files it
    has read, counts as free."""
    for folder in folders_of(pid):
        for limit, use, dropped in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            with contextlib.suppress(OSError, ValueError):
                most = read(folder, limit).strip()
                used = int(read(folder, use))
                about = dict(map(str.split, read(folder, "memory.stat").splitlines()))
                used = max(0, used - int(about.get(dropped, 0)))
                unlimited = most == "max" or int(most) > UNLIMITED
                return (None if unlimited else int(most)), used
    return None, 0


def read(folder, name):
    with open(os.path.join(folder, name)) as file:
        return file.read()
