"""What a request waits for, and its time limit."""

import time

from gunicov_common.failure import Failure

SAFETY_SECONDS = 0.25  # a second look while waiting, should an event have been missed

FIX = "The server's log may tell why. Fix it and save, or press a to try again."


class Wait:
    """What a request waits for: descriptors that become readable, and a monotonic time."""

    def __init__(self, until=None, fds=()):
        self.until, self.fds = until, tuple(fds)


class Clock:
    """A request's time limit (seconds), and waits that keep within it: it begins anew with each progress."""

    def __init__(self, timeout):
        self.started = time.monotonic()
        self.limit, self.deadline = timeout, self.started + timeout
        self.mark = None

    def progress(self, mark):
        """Tell how far it has come (any value): another one than before is progress."""
        if mark != self.mark:
            self.mark, self.deadline = mark, time.monotonic() + self.limit

    def ms(self):
        return round((time.monotonic() - self.started) * 1000, 1)

    def wait(self, what, fds=(), every=SAFETY_SECONDS):
        """A Wait until something is readable, for `every` seconds at most.

        Raises Failure `timeout`, saying `what` is waited for, once the limit has passed.
        """
        now = time.monotonic()
        if now >= self.deadline:
            waited = now - self.started
            raise Failure("timeout", f"after {waited:.1f} s still waiting for {what}", FIX)
        return Wait(min(self.deadline, now + every), fds)
