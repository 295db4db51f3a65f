"""The end of gunicorn's reload, hastened."""

import time

from ..originals import REAL_SLEEP
from .wait import WAIT_SECONDS


def hasten_end(server):
    """From version 24 on a reload's last step waits for the end of the workers that are replaced, and no
    signal is heard meanwhile. It looks each 0.1 s, twice where they were not gone at once: wait here instead."""
    newest = server.worker_age
    theirs = vars(server).get("manage_workers")

    def manage_workers():
        put_back()  # ours is there this once
        server.manage_workers()
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until and any(w.age <= newest for w in server.WORKERS.values()):
            REAL_SLEEP(0.004)
            server.reap_workers()

    def put_back():
        if theirs:
            server.manage_workers = theirs
        else:
            vars(server).pop("manage_workers", None)

    server.manage_workers = manage_workers
    return put_back
