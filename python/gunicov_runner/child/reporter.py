"""The pytest plugin that tells what happens."""

import os
import re
import time

import pytest

from gunicov_runner.child.attempt import Attempt
from gunicov_runner.child.describe import describe
from gunicov_runner.limits import MAX_CODE
from gunicov_runner.text import cap, encode, first_line


class Reporter:
    """The pytest plugin that tells what happens, by JSON lines on the descriptor `fd`."""

    def __init__(self, fd, cwd, server_ready):
        self.fd, self.cwd, self.server_ready = fd, cwd, server_ready
        self.root = cwd  # pytest's rootdir, once it is known
        self.pid = os.getpid()
        self.attempts = {}
        self.failed = set()  # tests
        self.broken = set()  # files that could not be collected
        self.total = None
        self.grouped = False
        self.is_fork = lambda gateway: False

    def send(self, message):
        """Write one event; a process that a test forked stays silent."""
        if os.getpid() != self.pid:
            return
        data = memoryview(encode(message))
        while data:
            data = data[os.write(self.fd, data) :]

    def name(self, test):
        """Return a test's id without the group that xdist's loadgroup appends to it."""
        if self.grouped and test.rfind("@") > test.rfind("]"):
            test = test.rsplit("@", 1)[0]
        return cap(test)

    def pytest_configure(self, config):
        self.grouped = config.getoption("dist", "no") == "loadgroup"
        # pytest-cov: imports of installed packages count, too.
        if getattr(config.option, "cov_source", None):
            self.send({"event": "measures"})
        paths = [str(path) for path in getattr(config.option, "file_or_dir", None) or ()]
        self.root = root_of(config)
        self.send({"event": "arguments", "paths": paths, "root": self.root})

    def pytest_collection_finish(self, session):
        self.collected([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        if self.total is None:
            self.collected(ids)

    def collected(self, ids):
        """Tell how many tests there are."""
        self.total = len({self.name(test) for test in ids}) + len(self.broken)
        self.send({"event": "total", "total": self.total})

    def pytest_collectreport(self, report):
        if not report.failed:
            return
        self.broken.add(report.nodeid.split("::")[0])
        attempt = Attempt()
        attempt.reports.append(report)
        attempt.outcome = "error"
        attempt.started = attempt.ended = time.time()
        attempt.message, attempt.place = describe(report, self.cwd, self.root)
        self.send(attempt.event(self.name(report.nodeid) or "."))

    def pytest_internalerror(self, excrepr):
        """Tell of a bug in pytest or a plugin: xdist's exit code can be 0 in spite of one."""
        named = re.findall(r"^(?:E +)?([\w.]+(?:Error|Exception)\b.*)$", str(excrepr), re.MULTILINE)
        self.send({"event": "internal", "message": first_line("\n".join(named[-1:]))})

    def pytest_runtest_logstart(self, nodeid, location):
        self.send({"event": "start", "test": self.name(nodeid)})

    def pytest_runtest_logreport(self, report):
        test = self.name(report.nodeid)
        if report.when == "setup" or test not in self.attempts:
            self.attempts[test] = Attempt()
        if report.outcome == "rerun":
            self.attempts[test] = None  # a rerun plugin begins again with setup
        if self.attempts[test] is None:
            return  # the teardown of what counts for nothing
        self.attempts[test].add(report, self.cwd, self.root)
        if report.when not in ("setup", "call"):
            self.ended(test, self.attempts.pop(test).event(test))

    def ended(self, test, event):
        """Tell of a test that has ended. One that runs twice (named twice, say) has failed where it failed once."""
        if event["outcome"] in ("failed", "error"):
            self.failed.add(test)
        elif test in self.failed:
            return
        self.send(event)

    def modules(self, found):
        """Tell which installed modules the tests have imported: the next run finds them there."""
        for start in range(0, len(found), 100):
            self.send({"event": "modules", "modules": found[start : start + 100]})

    def compiled(self, codes):
        """Tell what was compiled: (how, path, digest, base64) each. The next run is forked with it."""
        for how, path, digest, code in codes:
            if len(code) < MAX_CODE:
                self.send({"event": "code", "key": [how, path], "digest": digest, "code": code})

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        if not self.is_fork(node.gateway):
            self.server_ready.wait()  # that worker can't wait by itself


def root_of(config):
    """Return pytest's rootdir."""
    return str(getattr(config, "rootpath", None) or config.rootdir)
