"""Compiled code of the project's, handed from worker to worker."""

import json
import marshal
import os

from ..record.files import write_whole
from ..state import STATE


def tell_compiled(mine):
    """Leave what this worker has compiled to the next ones: one line of JSON with the place of each
    code in the bytes after it. The master, which may have more rights, only cuts it up."""
    if not STATE.compiled or not mine.directory:
        return
    index, body = {}, bytearray()
    for path, (digest, code) in STATE.compiled.items():
        data = marshal.dumps(code)
        index[path] = [digest, len(body), len(data)]
        body += data
    write_whole(mine.path("code"), json.dumps(index).encode() + b"\n" + bytes(body))


def take_compiled(folder):
    """In the master: what the workers of the generation that ends have compiled. A file's newest
    code takes the place of an older one, so that there is one for each file.

    Workers of the master's own user are believed: the code is made here, once for all that are forked.
    """
    make = bytes if STATE.owner else marshal.loads
    for name in os.listdir(os.path.join(folder, "code")):
        if not name.isdigit():
            continue
        with open(os.path.join(folder, "code", name), "rb") as file:
            head, _, body = file.read().partition(b"\n")
        for path, (digest, start, size) in json.loads(head).items():
            if path not in STATE.code or STATE.code[path][0] != digest:
                STATE.code[path] = (digest, make(body[start : start + size]))
