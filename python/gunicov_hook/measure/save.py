"""A worker's last word: its data file, and saved/."""

import contextlib
import os
import time

from ..attempt import attempt
from ..coverage_py.coverages import coverage_warnings
from ..failure import format_failure
from ..preload.libraries import tell_later
from ..state import STATE
from .data import drop_own, keep_data


def save_worker(worker):
    """Leave the data file and then, last of all, saved/<age>.json."""
    mine = worker._gunicov
    with mine.saving:
        if not mine.finished:
            mine.finished = True
            save_once(worker, mine)


def save_once(worker, mine):
    """The same without a look at whether it has been done."""
    started = time.time()
    name = None
    try:
        name = keep_data(mine)
    except Exception as error:  # noqa: BLE001 - whatever coverage raises goes into saved/
        mine.error = format_failure(error)
        if isinstance(error, UnicodeEncodeError):  # its own words do not say of which file
            name = error.object.encode("utf-8", "surrogateescape")
            mine.error += f"UnicodeEncodeError: a file's name is not UTF-8: {name!r}\n"
        worker.log.error("gunicov: coverage could not be saved\n%s", mine.error)
        if mine.directory:  # room for the line that says so
            with contextlib.suppress(OSError):
                drop_own(mine)
    if mine.late:
        worker.log.warning("gunicov: %s", mine.late)
    attempt(worker, tell_later, mine)
    mine.note(
        "saved",
        os.getpid(),
        file=name,
        ms=round(1000 * (time.time() - started), 1),
        requests=mine.requests if mine.requests or mine.counts_requests else None,
        last_request=mine.last_request,
        hashes={
            path: each
            for path, each in STATE.hashes.items()
            if mine.booted_hashes.get(path) != each
        },
        error=mine.error,
        late=mine.late,
        warnings=coverage_warnings(mine.coverage) if mine.coverage else [],
        doubts=mine.coverage.watch.found if mine.coverage and mine.coverage.watch else [],
        unmeasured=mine.unmeasured,
    )
