"""Which sockets listen at which address, and who has them open."""

import os

LISTENING = "0A"  # tcp's state in /proc/net/tcp
ACCEPTING = 0x10000  # flag of a listening socket in /proc/net/unix


def listeners(pid):
    """{inode: address} of all that listens in the network of that process.

    An address is ("tcp" or "tcp6", host in hex, port) or ("unix", path); what can't be read is left out.
    """
    found = {}
    for kind in ("tcp", "tcp6"):
        for words in table(pid, kind):
            if len(words) > 9 and words[3] == LISTENING:
                host, _, port = words[1].partition(":")
                found[words[9]] = (kind, host, port)
    for words in table(pid, "unix"):
        if len(words) > 7 and int(words[3], 16) & ACCEPTING:
            found[words[6]] = ("unix", words[7])
    return found


def table(pid, kind):
    try:
        with open(f"/proc/{pid}/net/{kind}") as file:
            next(file, None)
            return [line.split() for line in file]
    except OSError:
        return []


def overlap(ours, other):
    """Whether what is sent to our address may come to the other."""
    if ours[0] == "unix" or other[0] == "unix":
        return ours == other
    same_family = ours[0] == other[0]
    # A socket of IPv6's wildcard may serve IPv4 as well, and one of IPv4 is preferred to it.
    if not same_family and not (ours[0] == "tcp6" and is_wildcard(ours)):
        return False
    hosts = ours[1] == other[1] or is_wildcard(ours) or is_wildcard(other)
    return hosts and ours[2] == other[2]


def is_wildcard(address):
    return not address[1].strip("0")


def sockets(pid):
    """Inodes (set of str) of the sockets that a process has open; empty where that can't be seen."""
    found = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{name}")
            except OSError:
                continue
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found
