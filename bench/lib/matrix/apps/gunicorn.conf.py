"""The users' own config: it tells each worker its number, from 0, within its generation."""

import os
import signal
import sys


def post_fork(server, worker):
    os.environ["SLOT"] = str((worker.age - 1) % server.cfg.workers)


def post_worker_init(worker):
    worker.log.info("ready: worker %s", worker.age)
    if os.environ.get("COLD"):
        let_it_save(worker)


def let_it_save(worker):
    """What a worker needs so that its exit handlers run in a server that is stopped."""
    # gunicorn 25.3's asgi worker counts connections that are gone: it waits until the master kills it.
    worker.cfg.set("graceful_timeout", 2)
    # uvicorn's leaves SIGTERM alone.
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
