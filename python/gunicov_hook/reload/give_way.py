"""New workers and ending ones give way to the report."""

import os
import threading

from ..fast_paths import is_on
from ..state import STATE
from .wait import (
    GIVE_WAY_SECONDS,
    SCARCE_SECONDS,
    WAIT_SECONDS,
    take_turn,
    wait_for_end,
    wait_for_report,
)


def give_way(server):
    """After a flush, fork when the helper has made its report of what the workers save: somebody waits for
    that, and nobody for the next ones. And when the older ones are gone: a worker that ends needs most memory,
    because all that it shared with the master becomes its own."""
    if STATE.flushed:
        wait_for_report(STATE.flushed)
        wait_for_end(STATE.leaving, SCARCE_SECONDS if STATE.scarce else WAIT_SECONDS)


def save_memory(server):
    """At a restart the older workers end beside the next ones, for speed, where there is memory for that."""
    if STATE.scarce and not STATE.flushed:
        wait_for_end(STATE.leaving, SCARCE_SECONDS)


def make_way(worker):
    """After its last word, a worker that a flush has ended gives way to the report, too: to take an interpreter
    apart is as much work as to boot one."""
    mine = worker._gunicov
    if mine.aborted or not is_on("server.report_first") or threading.active_count() > 1:
        return  # the app's daemons would go on, and nothing measures them
    # The master takes a worker that says nothing for longer than its timeout for one that hangs.
    patience = min(GIVE_WAY_SECONDS, worker.cfg.timeout / 4 or GIVE_WAY_SECONDS)
    if mine.directory and os.path.exists(os.path.join(mine.directory, "flushed")):
        wait_for_report(mine.directory, patience)
    if mine.directory:
        take_turn(os.path.join(mine.directory, "one-by-one"), patience)
