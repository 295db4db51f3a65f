"""Connections that have reached the server's sockets."""

import socket

from gunicov_helper.process.requests_seen import LISTENS, address, inodes, lines_of

OPEN = ("01", "08")  # established; closed by the client, and not yet by us


def arrivals(pid):
    """Who is connected with the TCP ports at which a process listens (addresses, str), each once."""
    found = set()
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        rows = [line.split() for line in lines_of(pid, table)]
        rows = [words for words in rows if len(words) > 9]
        mine = inodes(pid)
        ports = {port(words[1]) for words in rows if words[3] == LISTENS and words[9] in mine}
        found.update(
            address(family, words[2])
            for words in rows
            if words[3] in OPEN and port(words[1]) in ports
        )
    return sorted(found)


def port(text):
    return text.rpartition(":")[2]
