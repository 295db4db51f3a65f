"""What one worker measures, and its files in the record."""

import itertools
import os
import time

from ..coverage_py.options import option
from ..originals import MONOTONIC, REAL_LOCK
from .files import write_json, write_whole


class WorkerRecord:
    """What one worker measures and where it records it; made in the master by pre_fork.

    `directory` is its generation's, None where no record could be made: then nothing is measured.
    """

    def __init__(self, age, directory, generation):
        self.age = age
        self.directory = directory
        self.generation = generation
        self.pid = None
        self.coverage = None
        self.starts_later = False  # post_worker_init is not yet the end of its boot
        self.record_boot = None  # to be called with the worker at the end of its boot
        self.layered = False  # there is a layer around the app, which counts its requests
        self.counts_requests = False  # and the worker class is known to call it: no count is none
        self.leaving = False  # worker_exit has come
        self.aborted = False  # by gunicorn, at its timeout
        self.saving = REAL_LOCK()
        self.late = None  # what was still running when the data was saved
        self.error = None
        self.boot_failed = False
        self.finished = False
        self.booted_hashes = {}  # the hashes that are in booted/
        self.inherited = {}  # the hashes that the master had
        self.unmeasured = []  # the project's files that it imported, where coverage has no data at all
        self.forked_at = time.time()
        self.requests = 0
        self.last_request = None  # when it came, by the monotonic clock
        self.request_numbers = itertools.count(1)

    def path(self, kind, suffix=""):
        return os.path.join(self.directory, kind, f"{self.age}{suffix}")

    def saves_at_exit(self):
        """Whether coverage's configuration asks for data at os._exit (from 7.10 on)."""
        return self.coverage is not None and "_exit" in (option(self.coverage, "run:patch") or [])

    def has_saved(self):
        return bool(self.directory) and os.path.exists(self.path("saved", ".json"))

    def mark(self, kind, data=b""):
        """Write `<kind>/<age>`."""
        if self.directory:
            write_whole(self.path(kind), data)

    def note(self, kind, pid, **facts):
        """Write `<kind>/<age>.json`."""
        if self.directory:
            facts.update(age=self.age, pid=pid, time=time.time())
            write_json(self.path(kind, ".json"), facts)


def stamp(worker):
    """Put a worker that is about to be forked on the roster of the newest generation."""
    worker._gunicov.mark("forked")


def count_request(mine):
    """A request has come to the app."""
    note_request(mine)
    # next() is one step under threads where += is not; the highest number seen is the count.
    number = next(mine.request_numbers)
    mine.requests = max(mine.requests, number)


def note_request(mine):
    """A request has come to the worker; the user's own pre_request may keep it from the app."""
    first = mine.last_request is None
    mine.last_request = MONOTONIC()
    if first:
        mine.mark("served")
