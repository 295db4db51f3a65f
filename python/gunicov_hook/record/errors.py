"""Errors of gunicov's own, kept in memory where no disk may take them."""

import json
import os
import time

from ..state import STATE

MEMORY_LIMIT = 1 << 16  # bytes of errors that are kept


def open_memory():
    """Make the file of errors: in memory, so that a full or read-only disk does not matter. The
    helper finds it as a link in /proc/<master's pid>/fd; workers inherit it and append."""
    if STATE.memory is None and hasattr(os, "memfd_create"):
        STATE.memory = os.memfd_create("gunicov-errors")


def remember_error(step, text, generation, worker):
    """Append one line of JSON to the file of errors (the offset is shared: lines never mix)."""
    if STATE.memory is None:
        return
    facts = {"time": time.time(), "generation": generation, "step": step, "error": text}
    facts.update(age=worker and worker.age, pid=os.getpid())
    if os.fstat(STATE.memory).st_size > MEMORY_LIMIT:
        os.lseek(STATE.memory, 0, os.SEEK_SET)
        os.ftruncate(STATE.memory, 0)
    os.write(STATE.memory, json.dumps(facts).encode()[: MEMORY_LIMIT // 4] + b"\n")
