"""Who works between a restart and the flush that ends its run, where no record tells."""

import contextlib
import time

from gunicov_common.failure import Failure
from gunicov_common.process import Process

from gunicov_helper.process.command_line import is_gunicorn

LOOK_SECONDS = 0.05  # between two looks: no worker boots, answers and ends within that
TRIES, TRY_SECONDS = 5, 0.005
GAP_SECONDS = 0.3  # a longer pause, as of a helper that was stopped, may have hidden a generation


class Between:
    """All workers that there are from a restart to its flush: those of somebody else's SIGHUP, or that
    gunicorn has replaced, come and go while the tests run."""

    def __init__(self, own):
        self.own = own
        self.workers, self.gaps, self.begun = {}, [], False
        self.clear()

    def clear(self):
        """Look no more."""
        self.due, self.looked, self.reaped = None, None, None

    def begin(self, workers):
        """`workers`: those of the restart, {(pid, start time): age}."""
        self.workers, self.gaps, self.begun = dict(workers), [], True
        self.looked, self.reaped = time.monotonic(), reaped(self.own.master)
        self.there, self.due = set(workers), time.monotonic()

    def end(self):
        """The last look; returns ({(pid, start time): age} of all that were seen since `begin`, why these
        need not be all workers: list of str)."""
        if self.due is not None and not self.try_to_look():
            self.gaps.append(time.monotonic() - self.looked)
        found, doubts = dict(self.workers), self.doubts()
        self.clear()
        self.workers, self.gaps, self.begun = {}, [], False
        return found, doubts

    def tick(self):
        """Look where it is time; returns the seconds until the next look (None: there is none)."""
        if self.due is None:
            return None
        if time.monotonic() >= self.due:
            try:
                self.look()
            except (
                OSError,
                Failure,
            ):  # of a process that was ending, say: the next look tells how long nobody looked
                self.due = time.monotonic() + LOOK_SECONDS
        return max(0.0, self.due - time.monotonic())

    def try_to_look(self):
        """Whether a look came to its end: it may fail at a process that is just ending."""
        for _ in range(TRIES):
            try:
                self.look()
            except (OSError, Failure):
                time.sleep(TRY_SECONDS)
            else:
                return True
        self.due = time.monotonic() + LOOK_SECONDS  # that look tells for how long nobody has looked
        return False

    def look(self):
        """Note who is there, and hold the data files that have come, before anybody deletes them."""
        began = time.monotonic()
        with contextlib.suppress(OSError):  # the flush looks as well, and tells it
            self.own.data.look()
        count, now = reaped(self.own.master), self.own.workers()
        for key in [key for key in self.workers if key not in now and self.is_other(key)]:
            del self.workers[key]  # it had just been forked when it was seen
        changed = count != self.reaped or set(now) != self.there
        pause = (
            time.monotonic() - self.looked
        )  # it may have been stopped in the middle of a look, too
        if changed and pause > GAP_SECONDS:
            self.gaps.append(pause)
        self.workers.update(now)
        self.looked, self.reaped, self.there = began, count, set(now)
        self.due = time.monotonic() + LOOK_SECONDS

    def is_other(self, key):
        """Whether what was taken for a worker has come to run another program. One that is ending has no
        command line any more."""
        process = Process.read(key[0])
        if process is None or process.start_time != key[1]:
            return False
        argv = process.argv()
        return key[0] in self.own.seconds or (argv != [] and not is_gunicorn(argv))

    def doubts(self):
        """Why not all of them need have been seen (list of str)."""
        if not self.begun:
            return ["the restart before was not seen: workers may have come and gone since"]
        if not self.gaps:
            return []
        return [
            (
                f"workers came or went while nobody looked for {max(self.gaps):.1f} s (the helper stood still): "
                "there may have been others"
            )
        ]


def reaped(master):
    """A number that changes when a child of the master has ended and was waited for, or None."""
    try:
        with open(f"/proc/{master.pid}/stat", "rb") as file:
            text = file.read()
        fields = text[text.rfind(b")") + 2 :].split()
        return sum(int(fields[place]) for place in (8, 10, 13, 14))  # cminflt … cstime
    except (OSError, IndexError, ValueError):
        return None
