"""The pytest plugin that runs tests in shards where the command asks xdist for workers."""

import pytest

from gunicov_runner.shards.crew import Crew
from gunicov_runner.shards.fit import open_sockets, unfit_options, unfit_plugins, unfit_process


class Shards:
    """Takes xdist's place, where it can."""

    def __init__(self, reporter, gate, first):
        """`first`: ids of the tests that are to go first."""
        self.reporter, self.gate, self.first = reporter, gate, first
        self.workers = []  # xdist's specs of its workers; empty: not our run
        self.dist = None
        self.sockets = open_sockets()

    def pytest_cmdline_main(self, config):
        """After xdist has settled its options, before pytest acts on them."""
        option = config.option
        if not getattr(option, "tx", None) or option.dist == "no":
            return
        if unfit_options(config) or unfit_plugins(config, (self, self.reporter)):
            return
        self.workers, self.dist = list(option.tx), option.dist
        option.tx, option.dist = [], "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        config = session.config
        if not self.workers or not session.items:
            return None
        if session.testsfailed and not config.option.continue_on_collection_errors:
            return None  # pytest's own loop says so
        # Only now all conftest files are known.
        if unfit_process(self.sockets) or unfit_plugins(config, (self, self.reporter)):
            return self.hand_over(session)
        ours = (self, self.reporter)
        crew = Crew(session, len(self.workers), ours, self.reporter, self.gate)
        crew.run(self.first)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        return True

    def hand_over(self, session):
        """Have xdist run the tests, as if it had from the beginning."""
        from xdist.dsession import DSession

        config = session.config
        config.option.tx, config.option.dist = self.workers, self.dist
        distributed = DSession(config)
        config.pluginmanager.register(distributed, "dsession")
        distributed.pytest_sessionstart(session)
        return distributed.pytest_runtestloop()
