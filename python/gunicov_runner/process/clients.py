"""Clients that have a program run elsewhere, which does not end with them."""

import os
import shlex

from gunicov_runner.process.process import group_of

CLIENTS = ("docker", "podman", "docker-compose", "podman-compose", "kubectl")


def exec_client(group):
    """The command line of a `docker exec` or the like in a process group, or None."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return None
    for name in filter(str.isdigit, names):
        if group_of(int(name)) != group:
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().decode("utf-8", "replace").split("\0")[:-1]
        except OSError:
            continue
        found = client_of(words)
        if found is not None:
            return found
    return None


def client_of(words):
    """Such a command line without the interpreter of its script, or None."""
    for at, word in enumerate(words[:2]):
        name = os.path.basename(word)
        if name in CLIENTS:
            return shlex.join([name, *words[at + 1 :]]) if "exec" in words[at + 1 :] else None
    return None
