"""Which lines are one statement (coverage's on Python 3.14), handed from worker to worker."""

import json
import os
import sys

from ..coverage_py.version import untried_coverage
from ..fast_paths import is_on
from ..record.files import write_whole
from ..source.digest import digest_of
from ..state import STATE


def remember_joins():
    """Have coverage's tracer of Python 3.14 (sysmon) find what it works out of a file at its first branch, which
    lines are one statement, where an earlier worker has told it: it reads the file's tokens for that, 0.4 ms each."""
    tracer = sys.modules.get("coverage.sysmon")
    work_out = getattr(tracer, "compute_multiline_map", None)
    if work_out is None or untried_coverage() or not is_on("server.keep_code"):
        return

    def compute_multiline_map(path):
        digest = STATE.hashes.get(STATE.imported.get(path, (path, path))[1])
        known = STATE.joins.get(path)
        if digest and known and known[0] == digest:
            return known[1]
        same = digest and digest_of(path) == digest
        joins = work_out(path)
        if same and digest_of(path) == digest:  # else it has been of other bytes than run here
            STATE.joined[path] = (digest, joins)
        return joins

    tracer.compute_multiline_map = compute_multiline_map


def tell_joins(mine):
    """Leave what this worker has worked out to the next ones."""
    if STATE.joined and mine.directory:
        told = {
            path: (digest, list(joins.items())) for path, (digest, joins) in STATE.joined.items()
        }
        write_whole(mine.path("joins"), json.dumps(told).encode())


def take_joins(folder):
    """In the master, as take_compiled."""
    for name in os.listdir(os.path.join(folder, "joins")):
        if name.isdigit():
            with open(os.path.join(folder, "joins", name), "rb") as file:
                told = json.loads(file.read())
            STATE.joins.update(
                {path: (digest, dict(joins)) for path, (digest, joins) in told.items()}
            )
