"""Workers are reaped while their end is measured."""

import os
import signal
import sys

from ..state import STATE


def reap_when_traced(server):
    """Up to gunicorn 23 a signal's handler reaps workers, and calls the user's child_exit, at any moment. In the middle of
    a question of coverage.py's tracer (is this file measured?) nothing is traced: gunicorn reaps after it, then."""
    theirs = signal.getsignal(signal.SIGCHLD)
    if theirs != server.handle_chld or STATE.reaps:
        return  # from gunicorn 24 on its main loop reaps

    def reap_later():
        vars(server).pop("handle_chld", None)
        server.reap_workers()

    def handle(number, frame):
        if not in_tracer(frame, type(server)):
            theirs(number, frame)
            return
        server.handle_chld = reap_later
        server.SIG_QUEUE.append(number)  # and gunicorn's main loop calls it
        server.wakeup()

    STATE.reaps = True
    signal.signal(signal.SIGCHLD, handle)  # a worker has its own


def reap_now(server):
    """Reap those that have ended, while what their child_exit runs is measured."""
    server.reap_workers()


def forget_reaping(server):
    """The same undone, in a worker."""
    vars(server).pop("handle_chld", None)


def in_tracer(frame, arbiter):
    """Whether that frame, or one that has called it, is of coverage.py, since gunicorn's main loop (of that class) has
    called them. Not while gunicorn stops: the main loop has ended then."""
    coverage = sys.modules.get("coverage")
    if coverage is None:
        return False
    folder, found = os.path.dirname(coverage.__file__) + os.sep, False
    while frame is not None and frame.f_code is not arbiter.run.__code__:
        if frame.f_code is arbiter.stop.__code__:
            return False
        found = found or frame.f_code.co_filename.startswith(folder)
        frame = frame.f_back
    return found
