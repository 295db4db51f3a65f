"""A pytest plugin of every process of a run: its first test waits, and files may go first (PYTEST_DONT_REWRITE)."""

import os
import sys

import pytest

from gunicov_runner.child.rewriting import ASKED
from gunicov_runner.warm.preload import of_others

MOST_PATCHED = 20  # of which one is reported


class BeforeTests:
    """Waits for the server before the first test, where this process runs tests, and learns what was imported until then."""

    def __init__(self, server_ready, first=(), originals=None, tell=None):
        """`first`: files (from the root) whose tests go first, each file's in the order that pytest has given.

        `originals`: the Originals of the process that this one is forked from. `tell` is called with an event, in each
        process of the run.
        """
        self.server_ready, self.first = server_ready, set(first)
        self.originals, self.tell = originals, tell
        self.known = set(sys.modules)  # the runner's own, and what was imported ahead
        self.modules = []
        self.module = self.others = None
        self.refused = ""  # what pytest has said of its arguments

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection(self):
        outcome = yield
        error = (outcome.excinfo or (None, None))[1]
        if isinstance(error, pytest.UsageError):  # xdist's controller does not pass it on
            self.refused = "".join(f"{each}\n" for each in error.args)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        if self.first:
            items.sort(key=lambda item: item.nodeid.split("::")[0] not in self.first)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        # What a test imports itself is not learnt: it may ask whether that was imported before it.
        self.modules = of_others(self.known)
        if session.config.pluginmanager.hasplugin("dsession"):
            return  # xdist's workers wait
        worker = getattr(session.config, "workerinput", {}).get("workerid")
        if self.originals and worker in (None, "gw0"):  # they load all the same
            replaced = self.originals.replaced()
            if replaced:
                self.tell({"event": "patched", "names": replaced[:MOST_PATCHED]})
        self.server_ready.wait()

    def pytest_keyboard_interrupt(self, excinfo):
        # Session.Interrupted is one, too: an error of the collection, whose run still waits.
        if excinfo.type is KeyboardInterrupt:
            self.server_ready.interrupted()

    def learnt(self):
        """Modules as of_others has them, with those that pytest was asked to rewrite."""
        return [*self.modules, *([name, ""] for name in sorted(ASKED))]

    def loaded_as(self, module, others):
        """It is found as `module` by PYTEST_PLUGINS, which was `others` before."""
        self.module, self.others = module, others

    def pytest_plugin_registered(self, plugin):
        if self.module is None or plugin is not self.module:
            return
        # Tests see the environment as it was.
        if self.others is None:
            os.environ.pop("PYTEST_PLUGINS", None)
        else:
            os.environ["PYTEST_PLUGINS"] = self.others
