"""A worker's boot, which must not end the master."""

import os
import signal
import sys
import time

from ..app.fail_app import tell_failure
from ..failure import format_failure
from ..worker_end.os_exit import BOOT_ERRORS


def guard_boot(worker):
    """Wrap worker.init_process: exit codes with which a worker says that it does not boot would
    end the master. Such a worker stays, serving nothing, until it is told to leave."""
    init = worker.init_process

    def init_process():
        try:
            init()
        except (SystemExit, Exception) as error:
            if isinstance(error, SystemExit):
                if error.code not in BOOT_ERRORS:
                    raise
            elif worker.booted:
                raise  # it crashed while serving
            if worker.alive:
                text = format_failure(error)
                tell_failure(worker, "the worker does not boot; it waits for a reload", text)
                wait_for_reload(worker)
            sys.exit(0)

    worker.init_process = init_process


def wait_for_reload(worker):
    """Stay alive, serving nothing, until a signal tells this worker to leave or its master is gone."""

    def leave(*_):
        worker.alive = False

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, leave)
    while worker.alive and worker.ppid == os.getppid():
        worker.notify()
        time.sleep(0.1)
