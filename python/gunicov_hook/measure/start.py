"""Coverage is started in a worker."""

import importlib
import os
import sys

from ..children import watch_forks
from ..coverage_py.coverages import make_coverage
from ..coverage_py.green import fit_concurrency
from ..coverage_py.options import where_started
from ..coverage_py.other_tracer import stop_other_tracer
from ..handed_on.joins import remember_joins
from ..record.files import make_directory
from ..source.measures import Measures
from ..state import STATE
from .tracer_watch import TracerWatch


def start_coverage(worker):
    """Measure in this worker from here on, into part/<age>/. Raises what coverage raises."""
    mine = worker._gunicov
    importlib.invalidate_caches()  # the master's listing of a directory may be older than a save
    if "coverage" not in sys.modules or not mine.directory:
        return
    stop_other_tracer()
    STATE.master.here, STATE.master.coverage = False, None
    make_directory(mine.path("part"))
    # Where processes that the app starts leave their data, if coverage measures them.
    os.environ["COVERAGE_FILE"] = os.path.abspath(os.path.join(mine.path("part"), "child"))
    mine.inherited = dict(STATE.hashes)
    data_file = os.path.abspath(os.path.join(mine.path("part"), "data"))
    with where_started():
        cov = make_coverage(data_file)
        fit_concurrency(cov, worker)
        remember_joins()
        cov.start()
        STATE.measures = Measures(cov)
    mine.coverage = cov
    cov.watch = TracerWatch()
    watch_forks(worker)
