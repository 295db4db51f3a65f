"""Hooks of the user's config that a reload does not run again."""

import os

from ..state import STATE
from .hook_function import (
    behaviour,
    file_of,
    may_be_measured,
    measures_file,
    used_files,
    users_hook,
)
from .start import has_run_other_config

ONCE = ("on_starting", "when_ready", "nworkers_changed")  # the last again, but not as at the start
AT_END = ("on_exit",)


def note_hooks_that_ran():
    """The master has started: what of the user's config has run that no reload runs again."""
    for name in ONCE:
        function = users_hook(name)
        if function:
            STATE.master.ran[name] = RanHook(function)


def hooks_not_rerun():
    """What the manifest says of the user's hooks whose lines are not in this generation's data though they would be
    in a cold run's: [[name, path]] of those that have changed since they ran, and of those that run at the end."""
    found = {"hooks_changed": [], "hooks_at_end": []}
    if has_run_other_config():
        found["hooks_changed"].append(["", os.path.realpath(STATE.user.path or "")])
    for name in ONCE:
        now, ran = users_hook(name), STATE.master.ran.get(name)
        before = [] if ran is None else ran.uses
        if may_be_measured(now, before) and not (now and ran and ran.is_still(now)):
            found["hooks_changed"].append([name, file_of(now) if now else ran.path])
    for name in AT_END:
        if may_be_measured(users_hook(name)):
            found["hooks_at_end"].append([name, file_of(users_hook(name))])
    return found


class RanHook:
    """A hook as it was when it ran."""

    def __init__(self, function):
        self.path = file_of(function)
        self.digest = STATE.hashes.get(self.path)
        self.behaviour = behaviour(function)
        self.uses = list(used_files(function))

    def is_still(self, function):
        """Whether another run of it, as it is now, would do the same as far as coverage sees it."""
        same = self.digest is not None and self.digest == STATE.hashes.get(file_of(function))
        unseen = not measures_file(function.__code__.co_filename)
        return same or (unseen and self.behaviour == behaviour(function))
