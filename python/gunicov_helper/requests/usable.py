"""`usable`: waits until the hook's record can be written again."""

import contextlib
import os
import time

from gunicov_helper.protocol.wait import Wait

PROBE_BYTES = 256 * 1024  # about what a worker's data file takes


class Usable:
    """Whether the workers' data has a place to go."""

    def __init__(self, session):
        self.session = session

    def do_usable(self, request, job):
        """Answers at once where it has: nothing was to be mended. Else waits until it has. A record
        that was removed is made anew by the next restart: that is worth a short wait too."""
        self.session.verified()
        waited = False
        while not self.session.own:
            usable = self.can_write()
            if usable and (waited or self.session.newest()):
                break
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
            written = True
        except OSError:
            written = False
        with contextlib.suppress(OSError):
            os.unlink(probe)
        return written
