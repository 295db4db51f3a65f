"""What a fork of the warm process makes anew, because a new interpreter would have its own."""

import logging
import os
import random
import sys
import tempfile
import time


def begin_anew():
    """To be called first in a fork. Python's own random numbers begin anew by themselves."""
    reseed()
    start = logging._startTime  # what `relativeCreated` counts from
    logging._startTime = time.time_ns() if isinstance(start, int) else time.time()
    tempfile.tempdir = None  # TMPDIR may be another one
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None:
        multiprocessing.current_process().authkey = os.urandom(32)


def reseed():
    """Have random numbers begin anew in a fork; Python's own do so by themselves."""
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
