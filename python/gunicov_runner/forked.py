"""One forked child, from the fork to its pipes: it has pytest configured before it is needed."""

import json
import os
import signal
import sys

from gunicov_runner.child.child import live_as_child


class Forked:
    """A child that waits at its gate until `go`, and the descriptors to hear it by.

    `events` are lines of JSON, `output` is what it and the tests print.
    """

    def __init__(self, command, close, first):
        """Fork. `close` are descriptors that the child must not keep, `first` the ids of the tests that go
        first where they run in parallel."""
        self.command = command
        self.events, events = os.pipe()
        self.output, output = os.pipe()
        gate, self.gate = os.pipe()
        for fd in (self.events, self.output):
            os.set_blocking(fd, False)
        sys.stdout.flush()
        sys.stderr.flush()
        parent, close = os.getpid(), [self.events, self.output, self.gate, *close]
        # Blocked, so that no signal meets the runner's handlers in the child.
        old = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        self.pid = os.fork()
        if self.pid == 0:
            live_as_child(command, first, gate, parent, events, output, close)
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        for fd in (gate, events, output):
            os.close(fd)

    def fits(self, command):
        """Whether it waits for that very command, and lives."""
        mine = self.command
        same = (mine.words, mine.cwd, mine.environ) == (command.words, command.cwd, command.environ)
        return same and os.waitpid(self.pid, os.WNOHANG) == (0, 0)

    def go(self, select, waited):
        """Have it run (`select`: node ids; empty: all). `waited`: it was forked before this run."""
        try:
            os.write(self.gate, json.dumps({"select": select, "waited": waited}).encode() + b"\n")
        except BrokenPipeError:
            pass  # it has died: whoever reads its events sees that
        os.close(self.gate)
        self.gate = None

    def close(self):
        """Close what is open."""
        for fd in (self.events, self.output, self.gate):
            if fd is not None:
                os.close(fd)

    def discard(self):
        """End a child that nobody will send through its gate."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        self.close()
