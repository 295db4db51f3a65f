"""Processes that the app starts."""

import contextlib
import os
import sys
import weakref

from .coverage_py.options import option
from .record.files import process_start_time, write_json, write_whole


def asks_for_children(cov):
    """Whether coverage is asked to measure programs that the app starts, or its multiprocessing."""
    return (
        {"subprocess", "execv"} & set(option(cov, "run:patch") or ())
        or "multiprocessing" in (option(cov, "run:concurrency") or ())
        or {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"} & set(os.environ)
    )


def watch_forks(worker):
    """Put each process that the worker forks on the roster."""
    known = weakref.ref(worker)

    def forked():
        worker = known()
        if worker:
            with contextlib.suppress(Exception):  # the app's own business goes on
                note_fork(worker)
                start_anew(worker)

    os.register_at_fork(after_in_child=forked)


def start_anew(worker):
    """In a forked process: what `patch = fork` is there for. Before 7.17 coverage.py only stops there (it has
    just done so), unless it finds its configuration in the environment."""
    cov = worker._gunicov.coverage
    if "fork" not in (option(cov, "run:patch") or ()) or type(cov).current() is not None:
        return
    from coverage import process_startup

    os.environ["COVERAGE_PROCESS_CONFIG"] = cov.config.serialize()
    try:
        process_startup(force=True)
    finally:
        del os.environ["COVERAGE_PROCESS_CONFIG"]


def note_fork(worker):
    """In a forked process: what will be known of its data. Python's subprocess has forked one that becomes
    another program, which its environment tells of; multiprocessing one that saves only if coverage is
    asked for it, and then always."""
    frame, callers = sys._getframe(), set()
    while frame is not None:
        callers.add((frame.f_globals.get("__name__"), frame.f_code.co_name))
        frame = frame.f_back
    if ("subprocess", "_execute_child") in callers:
        return
    mine = worker._gunicov
    patches = set(option(mine.coverage, "run:patch") or ())
    pool = any(name == "multiprocessing.popen_fork" for name, _ in callers)
    asked = "multiprocessing" in (option(mine.coverage, "run:concurrency") or ())
    if pool and not asked and not {"fork", "_exit"} <= patches:
        return
    about = {"age": mine.age, "start_time": process_start_time(os.getpid())}
    about.update(pid=os.getpid(), must_save=pool and asked)
    write_json(os.path.join(mine.directory, "children", f"{os.getpid()}.json"), about)


def save_forked(worker):
    """In a process that the worker has forked, and that ends as Python does: coverage saves here, too, unless
    it has been asked to start anew in forked processes."""
    mine = worker._gunicov
    if mine.coverage is not None and "fork" not in (option(mine.coverage, "run:patch") or ()):
        mine.coverage.stop()
        mine.coverage.save()
    tell_fork_ended(mine)


def tell_fork_ended(mine):
    """Write children/<pid>.ended: nothing more comes from this process."""
    if mine.directory:
        write_whole(os.path.join(mine.directory, "children", f"{os.getpid()}.ended"), b"")
