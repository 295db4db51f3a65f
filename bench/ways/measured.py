"""gunicorn's settings for the ways that gunicov is compared with: coverage.py's own means, no more.

The demo's own settings, and hooks as published advice has them: post_fork starts coverage,
worker_exit saves it. With BENCH_CLEAR set post_fork also clears and recreates the directory of the
data files, as the restart dance relies on. coverage is imported here, which is in the master: that
is the faster way to write it.
"""

import os
import runpy
import shutil

import coverage

DIRECTORY = "/data/coverage"

for _name, _value in runpy.run_path("/app/gunicorn.conf.py").items():
    if not _name.startswith("_"):
        globals()[_name] = _value

# The image has no pkill: `kill -HUP $(cat …)` is its nearest equivalent, and as fast.
pidfile = "/tmp/gunicorn.pid"


def post_fork(server, worker):
    if os.environ.get("BENCH_CLEAR"):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
    os.makedirs(DIRECTORY, exist_ok=True)
    worker.coverage = coverage.Coverage(data_file=f"{DIRECTORY}/.coverage", data_suffix=True)
    worker.coverage.start()


def worker_exit(server, worker):
    worker.coverage.stop()
    worker.coverage.save()
