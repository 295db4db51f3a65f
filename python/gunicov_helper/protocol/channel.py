"""stdin and stdout as queues of lines (docs/protocol.md, section 2)."""

import collections
import json
import os

from gunicov_common.lines import Lines


class Channel:
    """stdin and stdout as queues of lines. Neither ever blocks the loop."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.lines = Lines()
        self.ended = False
        self.queue = collections.deque()
        self.queued = 0

    def send(self, message):
        """Queue one JSON line (pure ASCII, so that any file name can be sent)."""
        self.send_line(json.dumps(message, separators=(",", ":")).encode("ascii"))

    def send_line(self, line):
        self.queue.append(line + b"\n")
        self.queued += len(line) + 1
        self.write()

    def write(self):
        """Write what the reader takes now; a reader that has gone ends the program."""
        while self.queue:
            head = self.queue.popleft()
            try:
                count = os.write(self.sink, head[:65536])
            except BlockingIOError:
                count = 0
            except OSError:
                self.ended = True
                return
            self.queued -= count
            if count < len(head):
                self.queue.appendleft(head[count:])
            if not count:
                return

    def read(self):
        """Read what has come; returns its complete lines (None for one that is too long)."""
        try:
            data = os.read(self.source, 1 << 18)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return []
        return list(self.lines.feed(data))


def drain(stream):
    """What the bootstrap's buffered reader has read beyond the program's text (bytes)."""
    fd = stream.fileno()
    blocking = os.get_blocking(fd)
    os.set_blocking(fd, False)
    try:
        # read1() would read from the descriptor only with an empty buffer: b"" then.
        return stream.read1(1 << 20) or b""
    except BlockingIOError:
        return b""
    finally:
        os.set_blocking(fd, blocking)
