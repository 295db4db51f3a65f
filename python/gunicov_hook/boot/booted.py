"""What a worker says when it has booted."""

import os
import sys
import time

from ..attempt import attempt
from ..children import asks_for_children
from ..handed_on.code import tell_compiled
from ..handed_on.joins import tell_joins
from ..master.early import imported_too_early
from ..preload.libraries import imported_libraries
from ..record.files import process_start_time
from ..source.loaded import loaded_project_files, note_archived
from ..state import STATE


def record_boot(worker):
    """Write booted/<age>.json (docs/protocol.md, section 5), and leave what this worker has compiled to the next ones."""
    mine = worker._gunicov
    STATE.booting = None
    attempt(worker, tell_compiled, mine)
    attempt(worker, tell_joins, mine)
    attempt(worker, note_archived)
    hashes = dict(STATE.hashes)
    mine.note(
        "booted",
        os.getpid(),
        start_time=process_start_time(os.getpid()),
        ms=round(1000 * (time.time() - mine.forked_at), 1),
        modules=loaded_project_files(),
        hashes=hashes,
        libraries=imported_libraries(),
        counts_requests=mine.counts_requests,
        measures_children=bool(mine.coverage and asks_for_children(mine.coverage)),
        **(imported_too_early(mine) if mine.coverage else {}),
    )
    mine.booted_hashes = hashes
    STATE.known = frozenset(sys.modules)
