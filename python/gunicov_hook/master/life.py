"""What the master runs of the project while a generation lives."""

from ..coverage_py.options import option
from ..state import STATE
from .hook_function import users_hook
from .hooks_not_rerun import AT_END, ONCE, hooks_not_rerun
from .measure import measure_master, stop_measuring_master
from .start import still_measured


def begin_master_life():
    """A generation begins: measure what the master runs in its life, where it has run code of the project's.
    What the manifest says of it."""
    master = STATE.master
    master.owes = False
    facts = {"measures_master": False, "hooks_changed": [], "hooks_at_end": []}
    if master.form is None or not (master.start or any(map(users_hook, (*ONCE, *AT_END)))):
        return facts
    measure_master()
    master.failed = master.coverage is None
    facts.update(hooks_not_rerun())
    if master.failed or not still_measured():
        stop_measuring_master()
        return facts
    plugins = option(master.coverage, "run:plugins") or ()
    master.owes = facts["measures_master"] = True
    facts["master_plugins"] = sorted(set(plugins) - set(master.plugins or ()))
    return facts
