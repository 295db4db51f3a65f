"""The line between the process that has collected the tests and a shard."""

import pickle
import struct

HEADER = struct.Struct("!I")
INDEX = struct.Struct("!i")
END = -1  # in place of an index: there are no more tests


class Messages:
    """Bytes in, messages out: each is a pickle behind its length."""

    def __init__(self):
        self.rest = bytearray()

    def feed(self, chunk):
        """Yield each message that `chunk` completes."""
        self.rest += chunk
        while len(self.rest) >= HEADER.size:
            (size,) = HEADER.unpack_from(self.rest)
            if len(self.rest) < HEADER.size + size:
                return
            body = bytes(self.rest[HEADER.size : HEADER.size + size])
            del self.rest[: HEADER.size + size]
            yield pickle.loads(body)


def message(kind, value):
    """Return the bytes of one message; what can't be pickled is told by its repr."""
    try:
        body = pickle.dumps((kind, value), 4)
    except Exception:  # noqa: BLE001 (whatever a user's object raises)
        body = pickle.dumps((kind, plain(value)), 4)
    return HEADER.pack(len(body)) + body


def plain(value):
    """Return the same of plain types only."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else repr(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)
