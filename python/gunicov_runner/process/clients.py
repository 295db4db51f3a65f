"""Clients that have a program run elsewhere, which does not end with them."""

import os
import shlex

from gunicov_common.process import all_processes

from gunicov_runner.process.process import group_of

CLIENTS = ("docker", "podman", "docker-compose", "podman-compose", "kubectl")


def exec_client(group):
    """The command line of a `docker exec` or the like in a process group, or None."""
    for process in all_processes().values():
        found = client_of(process.argv()) if group_of(process.pid) == group else None
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
