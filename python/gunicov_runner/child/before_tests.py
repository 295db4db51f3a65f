"""A pytest plugin of every process of a run: its first test waits, and files may go first (PYTEST_DONT_REWRITE)."""

import os

import pytest


class BeforeTests:
    """Waits at the gate before the first test, where this process runs tests."""

    def __init__(self, gate, first=()):
        """`first`: files (from the root) whose tests go first, each file's in the order that pytest has given."""
        self.gate, self.first = gate, set(first)
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
        if not session.config.pluginmanager.hasplugin("dsession"):  # else xdist's workers wait
            self.gate.wait()

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
