"""What has run of the project at the master's start."""

import os

from ..coverage_py.options import option
from ..source.digest import digest_of
from ..state import STATE
from ..user_config import user_config_location
from .config_part import project_part
from .measure import stop_measuring_master


def end_master_start():
    """The master has started, or has executed its config anew."""
    if STATE.master.plugins is None and STATE.master.coverage:
        STATE.master.plugins = list(option(STATE.master.coverage, "run:plugins") or [])
    for path, ran in stop_measuring_master().items():
        key = path, STATE.hashes.get(path), STATE.master.config
        STATE.master.start.setdefault(key, set()).update(ran)


def is_config_new():
    """Whether the user's config is to be executed for the first time with a measurement, or has changed."""
    location = user_config_location()
    known = STATE.master.config
    digest = STATE.master.config = location and digest_of(location)
    if digest and digest not in STATE.master.parts:
        STATE.master.parts[digest] = project_part(location)
    return STATE.user is None or not STATE.user.is_measured or STATE.master.config != known


def still_measured():
    """{path: arcs} of the master's start, of the sources and settings of today: the start counts for good, but they
    may leave a file of it out since. What another config ran counts where it had the same to do with the project."""
    found, part = {}, STATE.master.parts.get(STATE.master.config)
    for (path, digest, config), arcs in STATE.master.start.items():
        if STATE.master.parts.get(config) == part and is_still(path, digest):
            found.setdefault(path, set()).update(arcs)
    return found


def is_still(path, digest):
    """Whether a file that the master has run is the one of today, and is measured."""
    known = STATE.master.traced.get(path)
    measures = STATE.measures
    return digest == STATE.hashes.get(path) and (
        known is None or measures is None or measures(*known[:2])
    )


def has_run_other_config():
    """Whether the master has run code of the project's for a config that had something else to do with it."""
    part, own = STATE.master.parts.get(STATE.master.config), os.path.realpath(STATE.user.path or "")
    return any(
        path != own and STATE.master.parts.get(config) != part and is_still(path, digest)
        for path, digest, config in STATE.master.start
    )
