"""Which files coverage.py measures, and which are the project's."""

import copy
import os
import sys
import types

from ..coverage_py.options import option
from ..state import STATE
from .by_settings import BySettings
from .places import is_project


class Measures:
    """Which files coverage.py measures: its own decision on a module that runs, asked for beforehand.

    `cov` has been started. Where a version has it under another name, its settings tell.
    """

    def __init__(self, cov):
        self.cov = cov
        self.settings = self.deciding()
        before = (
            STATE.measures
        )  # of the process that this one was forked from: each decision takes 0.1 ms
        same = before is not None and before.settings == self.settings
        self.decided = dict(before.decided) if same else {}
        self.busy = False  # coverage may import a package to decide; its own decisions then count
        try:
            self.inorout = copy.copy(cov._inorout)
            # It notes here which packages have come; what has been asked for has not come.
            self.inorout.source_pkgs_unmatched = list(self.inorout.source_pkgs_unmatched)
            self.decide(os.__file__, "os")
        except (AttributeError, TypeError):
            self.inorout = None
            self.by_settings = BySettings(cov)

    def deciding(self):
        """All that a decision depends on."""
        names = (
            "source",
            "source_pkgs",
            "source_dirs",
            "include",
            "omit",
            "cover_pylib",
            "plugins",
        )
        found = [option(self.cov, f"run:{name}") for name in names]
        return repr([*found, sys.path if any(found[:2]) else None])

    def decide_all(self):
        """Decide on all modules that are here, for processes that are forked from this one."""
        if self.settings != self.deciding():
            self.settings, self.decided = self.deciding(), {}
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str):
                self(path, name)

    def __call__(self, path, name):
        key = path, name
        if key not in self.decided:
            if self.busy:
                return False
            self.busy = True
            try:
                self.decided[key] = self.decide(path, name)
            finally:
                self.busy = False
        return self.decided[key]

    def decide(self, path, name):
        if self.inorout is None:
            return self.by_settings(path, name)
        frame = types.SimpleNamespace(f_globals={"__name__": name, "__file__": path})
        found = self.inorout.should_trace(path, frame)
        # Of what a plugin follows to find other files (Django's template engine) no line is measured itself.
        return bool(found.trace) and not getattr(found, "has_dynamic_filename", False)


def is_ours(path, name):
    """Whether a module's file is the project's: by its place, or because coverage measures it."""
    return is_project(path) or (STATE.measures is not None and STATE.measures(path, name))
