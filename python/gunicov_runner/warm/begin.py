"""What a fork of the warm process makes anew, because a new interpreter would have its own."""

import logging
import os
import sys
import tempfile
import time

from gunicov_common.shared_by_forks import reseed


def begin_anew():
    """To be called first in a fork. Python's own random numbers begin anew by themselves."""
    reseed()
    start = logging._startTime  # what `relativeCreated` counts from
    logging._startTime = time.time_ns() if isinstance(start, int) else time.time()
    tempfile.tempdir = None  # TMPDIR may be another one
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None:
        multiprocessing.current_process().authkey = os.urandom(32)
