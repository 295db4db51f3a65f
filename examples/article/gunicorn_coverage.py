"""gunicorn's config for system tests: each worker measures its coverage, and saves it when it ends."""

import coverage

started = {}


def post_fork(server, worker):
    started[worker.pid] = coverage.Coverage(config_file=".coveragerc")
    started[worker.pid].start()


def worker_exit(server, worker):
    measured = started.get(worker.pid)
    if measured is not None:
        measured.stop()
        measured.save()
