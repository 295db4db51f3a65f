"""Lines of the protocol, from the bytes that come in pieces."""

import json
import os

from gunicov_common.failure import bad

MAX_LINE = 16 * 1024 * 1024  # bytes


class Lines:
    """Bytes in, whole lines out; a line longer than `MAX_LINE` comes out as None, once."""

    def __init__(self):
        self.rest = bytearray()
        self.skipping = False

    def feed(self, chunk):
        """Yield each line that `chunk` completes, without its newline."""
        while True:
            end = chunk.find(b"\n")
            self.rest += chunk if end < 0 else chunk[:end]
            if len(self.rest) > MAX_LINE and not self.skipping:
                self.skipping = True
                yield None
            if self.skipping:
                self.rest.clear()
            if end < 0:
                return
            if not self.skipping:
                yield bytes(self.rest)
            self.rest.clear()
            self.skipping = False
            chunk = chunk[end + 1 :]


def read_request(line):
    """Return the request (dict) in a line, which has a positive integer `id`. Raises Failure `bad-request`."""
    if line is None:
        raise bad(f"a line is longer than {MAX_LINE} bytes")
    try:
        request = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise bad(f"not a line of UTF-8 JSON: {error}"[:200]) from None
    if not isinstance(request, dict):
        raise bad("a request is a JSON object")
    if not is_count(request.get("id")):
        raise bad("`id` is a positive integer")
    return request


def is_count(value):
    """Tell whether a value of JSON is a positive integer."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def is_word(value):
    """Tell whether a value of JSON is text that the system can take: in a path, an argument or an environment."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True
