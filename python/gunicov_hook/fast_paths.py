"""What is done for speed alone. Each is a key of gunicov's configuration (`server.preload = false` switches it off), and is
left out where it was not tried with this version of gunicorn. What was used at a reload is in the manifest.

server.preload        libraries are imported in the master
server.keep_code      what a worker has worked out of source that has not changed goes to the next ones: compiled
                      code, and which lines are one statement
server.early_end      old workers end while the master prepares the next ones
server.report_first   the report comes before the end of old workers and the start of new ones
"""

import json

import gunicorn
from gunicov_common.versions import untried

from .state import STATE

NAMES = ("server.preload", "server.keep_code", "server.early_end", "server.report_first")
# These change in which order gunicorn's own reload does things.
GUNICORNS = ("server.early_end", "server.report_first")


def begin_fast_paths(text):
    """At a reload: `text` is what the helper says of it, JSON with the names that are switched off (None: it says nothing)."""
    if text is not None:
        STATE.switched_off = set(json.loads(text or "{}").get("off", ()))
    STATE.fast_paths = {name: why_not(name) for name in NAMES}
    if text is None:
        for name in GUNICORNS:
            leave_out(name, "the SIGHUP was not gunicov's")


def why_not(name):
    """Why a fast path may not be taken (text), or None."""
    if name in STATE.switched_off:
        return "it is switched off"
    return untried("gunicorn", gunicorn.__version__) if name in GUNICORNS else None


def is_on(name):
    """Tell whether a fast path is taken; before the first reload each is."""
    return STATE.fast_paths.get(name) is None


def leave_out(name, why):
    """Say why a fast path is not taken at this reload, if nothing else keeps it out already."""
    if STATE.fast_paths.get(name) is None:
        STATE.fast_paths[name] = why
