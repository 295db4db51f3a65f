"""The import of the app in a worker."""

import contextlib
import signal
import sys
import threading

from ..app.fail_app import serve_failure
from ..app.layers import layered_app, settle_layer
from ..attempt import attempt
from ..worker_end.signals import exit_on_sigterm, outlive_loop
from ..worker_end.uvicorn import answer_last_requests
from .booted import record_boot


def guard_load(worker):
    """Wrap worker.load_wsgi: an app that fails to import would take the master with it."""
    load = worker.load_wsgi
    worker._gunicov.record_boot = record_boot

    def load_wsgi():
        attempt(worker, exit_on_sigterm, worker)
        attempt(worker, answer_last_requests)
        attempt(worker, outlive_loop, worker)
        try:
            with leaves_at_once(worker), layered_app(worker):
                load()
        except BaseException as error:
            if isinstance(error, SystemExit) and not worker.alive:
                raise  # gunicorn's own, on quit or abort, or ours
            serve_failure(worker, error)
        else:
            attempt(worker, settle_layer, worker)

    worker.load_wsgi = load_wsgi


@contextlib.contextmanager
def leaves_at_once(worker):
    """SIGTERM ends a worker that is importing: gunicorn's own handler waits for the import's end,
    which may never come."""
    usual = signal.getsignal(signal.SIGTERM)

    def leave(*_):
        worker.alive = False
        sys.exit(0)

    if usual is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is leave:
            signal.signal(signal.SIGTERM, usual)
