"""Whether a request came while the tests ran, and where the server listens."""

import os
import re
import socket
import struct
import time

LISTENS = "0A"  # a TCP socket's state in /proc
ACCEPTS = 0x10000  # a unix socket's flag there
CONTROL = "gunicorn.ctl"  # gunicorn's own control socket, from version 25.1 on


class RequestsSeen:
    """What has reached a master's workers since the tests may have begun.

    The workers tell it, where their class does. Else the kernel may: where the server listens at TCP ports
    alone, and its network has taken no connection at all, nobody came.
    """

    def __init__(self, pid):
        self.pid = pid
        self.since = 0.0
        self.connections = None

    def begin(self):
        """From now on the tests may send requests. What came before is none of theirs."""
        self.since, self.connections = time.monotonic(), connections(self.pid)

    def settle(self, known):
        """`known`: what the workers say of it (bool; None: they don't know). True, False or None."""
        if known is not None or self.connections is None:
            return known
        there = listening(self.pid)
        unseen = not there or any(not is_tcp for is_tcp, _ in there)
        return None if unseen or connections(self.pid) != self.connections else False

    def addresses(self):
        """Where the server listens, as people write it: `127.0.0.1:8000`, `unix:/run/app.sock`."""
        return [text for _, text in listening(self.pid)]


def connections(pid):
    """How many TCP connections a process's network has taken since it is there, or None."""
    rows = [line.split() for line in lines_of(pid, "snmp") if line.startswith("Tcp:")]
    try:
        return int(dict(zip(*rows))["PassiveOpens"])
    except (KeyError, TypeError, ValueError):
        return None


def listening(pid):
    """[(whether it is TCP, address)] of the sockets at which a process listens; empty: it can't be seen."""
    mine = inodes(pid)
    found = []
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in lines_of(pid, table):
            words = line.split()
            if len(words) > 9 and words[3] == LISTENS and words[9] in mine:
                found.append((True, address(family, words[1])))
    for line in lines_of(pid, "unix"):
        words = line.split()
        if len(words) > 6 and words[6] in mine and int(words[3], 16) & ACCEPTS:
            path = words[7] if len(words) > 7 else ""
            found += [] if os.path.basename(path) == CONTROL else [(False, f"unix:{path}")]
    return sorted(set(found), key=lambda pair: pair[1])


def address(family, text):
    """`0100007F:1F90` of /proc as `127.0.0.1:8000`."""
    words, port = text.split(":")
    packed = b"".join(
        struct.pack("=I", int(words[at : at + 8], 16)) for at in range(0, len(words), 8)
    )
    host = socket.inet_ntop(family, packed)
    return f"[{host}]:{int(port, 16)}" if family == socket.AF_INET6 else f"{host}:{int(port, 16)}"


def inodes(pid):
    """The numbers (str) of a process's sockets."""
    folder, found = f"/proc/{pid}/fd", set()
    try:
        names = os.listdir(folder)
    except OSError:
        return found
    for name in names:
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(os.path.join(folder, name)))
        except OSError:
            continue
        if match:
            found.add(match.group(1))
    return found


def lines_of(pid, table):
    try:
        with open(f"/proc/{pid}/net/{table}") as file:
            return file.read().splitlines()
    except OSError:
        return []
