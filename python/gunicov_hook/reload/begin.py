"""A reload begins."""

import contextlib
import os
import signal

from ..cgroup import is_memory_scarce
from ..fast_paths import is_on
from ..record.files import write_whole
from ..state import STATE


def retiring(server):
    """The workers that this reload ends: all but those that have saved and wait to be reaped."""
    workers = sorted(server.WORKERS.values(), key=lambda worker: worker.age)
    return [{"age": w.age, "pid": w.pid} for w in workers if not w._gunicov.has_saved()]


def take_word(word):
    """Whether the helper has left that word for this reload; it is taken away."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(STATE.directory, word))
        return True
    return False


def begin_reload(server):
    """Where the helper says what a reload is for, its workers may go while the master prepares the next ones.
    It is to have them save, or to load new code in place of some whose data nobody wants."""
    STATE.flushed, STATE.leaving, STATE.scarce = None, [], False
    STATE.retires = retiring(server)
    # Both, always: one that is left would be taken for the next reload's.
    words = [word for word in ("flush", "restart") if STATE.directory and take_word(word)]
    if STATE.current is None or not words:
        return
    write_whole(os.path.join(STATE.current, "flushed" if "flush" in words else "unwanted"), b"")
    if not is_on("early-end"):
        return
    if server.cfg.reuse_port:
        return  # from version 24 on the workers have the sockets: without them connections are refused
    if "flush" in words and is_on("report-first"):
        STATE.flushed = STATE.current
    STATE.scarce = is_memory_scarce(len(STATE.retires) + server.cfg.workers)
    if STATE.scarce:
        write_whole(os.path.join(STATE.current, "one-by-one"), b"")
    STATE.leaving = [worker["pid"] for worker in STATE.retires]
    for pid in STATE.leaving:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)  # gunicorn does it, too, once they are replaced
