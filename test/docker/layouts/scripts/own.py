"""A gunicorn config with a coverage hook of its own, as people write it. Nothing of gunicov's."""

import os
import shutil

import coverage

with open("gunicorn.conf.py") as file:
    exec(file.read())  # noqa: S102 - the demo's own settings

DIRECTORY = os.environ["DATA"]


def post_fork(server, worker):
    if os.environ.get("WIPE"):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        os.makedirs(DIRECTORY, exist_ok=True)
    worker.cov = coverage.Coverage(data_file=f"{DIRECTORY}/.coverage", data_suffix=True)
    worker.cov.start()


def worker_exit(server, worker):
    if os.environ.get("LOSE") and worker.age % 2:
        return
    if os.getpid() == worker.pid:
        worker.cov.stop()
        worker.cov.save()
