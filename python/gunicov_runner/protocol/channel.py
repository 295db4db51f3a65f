"""The protocol's two descriptors."""

import os
import sys
import time

from gunicov_common.lines import Lines

from gunicov_runner.limits import CHUNK
from gunicov_runner.text import encode

LATER = 0.01  # seconds that a line may wait for others: each write wakes all programs on its way


class Channel:
    """The protocol's two descriptors, moved away from 0 and 1 so that no library meets them."""

    def __init__(self):
        self.pending = take_buffered_stdin()
        self.input = os.dup(0)
        self.out = os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        os.set_blocking(self.out, True)
        self.lines = Lines()
        self.broken = False
        self.kept = bytearray()
        self.due = None  # when what is kept is to be written

    def send(self, message):
        """Write one line, after what is kept."""
        self.kept += encode(message)
        self.flush()

    def send_later(self, message):
        """Keep one line, for LATER at most. What calls `flush` when it is due is the event loop."""
        self.kept += encode(message)
        if self.due is None:
            self.due = time.monotonic() + LATER

    def flush(self):
        """Write what is kept; a reader that has gone is the end of the session, not an error."""
        data = memoryview(bytes(self.kept))
        self.kept.clear()
        self.due = None
        try:
            while data and not self.broken:
                data = data[os.write(self.out, data) :]
        except OSError:
            self.broken = True

    def read(self):
        """Return the lines that have come, or None at the end of stdin."""
        try:
            chunk = os.read(self.input, CHUNK)
        except OSError:
            chunk = b""
        return list(self.lines.feed(chunk)) if chunk else None


def take_buffered_stdin():
    """Return what the bootstrap's buffered reader has read beyond our own source."""
    os.set_blocking(0, False)
    try:
        return sys.stdin.buffer.peek()
    finally:
        os.set_blocking(0, True)
