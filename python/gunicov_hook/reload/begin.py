"""A reload begins."""

import contextlib
import os
import signal

from ..cgroup import is_memory_scarce
from ..fast_paths import begin_fast_paths, is_on, leave_out
from ..record.files import write_whole
from ..state import STATE


def retiring(server):
    """The workers that this reload ends: all but those that have saved and wait to be reaped."""
    workers = sorted(server.WORKERS.values(), key=lambda worker: worker.age)
    return [{"age": w.age, "pid": w.pid} for w in workers if not w._gunicov.has_saved()]


def take_word(word):
    """What the helper has left under that word for this reload (text), or None; it is taken away."""
    path = os.path.join(STATE.directory, word)
    with contextlib.suppress(OSError):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        os.unlink(path)
        return text
    return None


def begin_reload(server):
    """Where the helper says what a reload is for, its workers may go while the master prepares the next ones.
    It is to have them save, or to load new code in place of some whose data nobody wants."""
    STATE.begun, STATE.flushed, STATE.leaving, STATE.scarce = True, None, [], False
    STATE.retires = retiring(server)
    # Both, always: one that is left would be taken for the next reload's.
    words = {word: take_word(word) for word in ("flush", "restart")} if STATE.directory else {}
    told = [text for text in words.values() if text is not None]
    begin_fast_paths(told[0] if told else None)
    if STATE.current is None or not told:
        return
    flush = words["flush"] is not None
    write_whole(os.path.join(STATE.current, "flushed" if flush else "unwanted"), b"")
    if server.cfg.reuse_port:
        # From version 24 on the workers have the sockets: without them connections are refused.
        leave_out("server.early_end", "with reuse_port the sockets are the workers'")
    if not is_on("server.early_end"):
        leave_out("server.report_first", "without server.early_end")
        return
    if flush and is_on("server.report_first"):
        STATE.flushed = STATE.current
    STATE.scarce = is_memory_scarce(len(STATE.retires) + server.cfg.workers)
    if STATE.scarce:
        write_whole(os.path.join(STATE.current, "one-by-one"), b"")
    STATE.leaving = [worker["pid"] for worker in STATE.retires]
    for pid in STATE.leaving:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)  # gunicorn does it, too, once they are replaced
