"""One forked child of the warm process, from the fork to its pipes."""

import os
import signal
import socket
import sys

from gunicov_runner.child.child import live_as_child


class Forked:
    """A child that is a run, and the descriptors to hear it by.

    `events` are lines of JSON, `output` is what it and the tests print. It stands before its first test (another
    program: before it is executed) until `go`.
    """

    def __init__(self, plan, close):
        """Fork. `plan` is the child's Plan; `close` are descriptors that the child must not keep."""
        self.events, events = os.pipe()
        self.output, output = os.pipe()
        self.go_line, line = socket.socketpair()
        for fd in (self.events, self.output):
            os.set_blocking(fd, False)
        sys.stdout.flush()
        sys.stderr.flush()
        parent, close = os.getpid(), [self.events, self.output, self.go_line.fileno(), *close]
        # Blocked, so that no signal meets the runner's handlers in the child.
        old = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        self.pid = os.fork()
        if self.pid == 0:
            live_as_child(plan, line, parent, events, output, close)
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        line.close()
        for fd in (events, output):
            os.close(fd)

    def go(self):
        """Let its tests begin. The byte is never taken away: all processes of the run look at it."""
        try:
            self.go_line.send(b"g")
        except OSError:
            pass  # it has died: whoever reads its events sees that

    def close(self):
        """Close what is open."""
        self.go_line.close()
        for fd in (self.events, self.output):
            os.close(fd)
