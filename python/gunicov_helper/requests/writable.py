"""`writable`: waits until the hook's record can be written again."""

import contextlib
import os
import time

from gunicov_helper.protocol.wait import Wait

PROBE_BYTES = 256 * 1024  # about what a worker's data file takes


class Writable:
    """Whether the workers' data has a place to go."""

    def __init__(self, session):
        self.session = session

    def do_writable(self, request, job):
        """Answers at once where it has: nothing was wrong. Else waits until it has. Where it is
        known that the last data had none, that is worth a pause and another run in any case: it may be
        fixed already, and a record that was removed is made again by the next restart."""
        self.session.verified()
        waited = request["broken"]
        if waited:
            yield Wait(time.monotonic() + request["pause"])
        while not self.session.own and not self.can_write():
            waited = True
            yield Wait(time.monotonic() + request["pause"])
            self.session.master.verify()
        return {"waited": waited}

    def can_write(self):
        """Tries it, in the record or in the nearest directory above it that is there."""
        folder = self.session.record.path
        while not os.path.isdir(folder) and folder != "/":
            folder = os.path.dirname(folder)
        probe = os.path.join(folder, f".probe-{os.getpid()}")
        try:
            with open(probe, "wb") as file:
                file.write(bytes(PROBE_BYTES))
            can = True
        except OSError:
            can = False
        with contextlib.suppress(OSError):
            os.unlink(probe)
        return can
