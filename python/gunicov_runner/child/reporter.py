"""The pytest plugin that tells what happens."""

import base64
import contextlib
import marshal
import os
import re
import time

from gunicov_runner.child.attempt import Attempt
from gunicov_runner.child.describe import describe
from gunicov_runner.child.xdist_worker import prepare
from gunicov_runner.limits import MAX_CODE
from gunicov_runner.text import cap, encode, first_line


class Reporter:
    """The pytest plugin that tells what happens, by JSON lines on the descriptor `fd`."""

    def __init__(self, fd, cwd):
        self.fd, self.cwd = fd, cwd
        self.select = []  # node ids; empty: all
        self.pid = os.getpid()
        self.attempts = {}
        self.broken = set()  # files that could not be collected
        self.told = set()  # names of modules
        self.total = None
        self.grouped = False
        self.kept = None  # bytes, while events are kept

    def send(self, message):
        """Write one event; a process that a test forked stays silent."""
        if os.getpid() != self.pid:
            return
        if self.kept is None:
            self.write(encode(message))
        else:
            self.kept += encode(message)

    def write(self, data):
        data = memoryview(data)
        while data:
            data = data[os.write(self.fd, data) :]

    def hold(self):
        """From now on this process is the one that speaks, and keeps what it says until `release`."""
        self.pid, self.kept = os.getpid(), bytearray()

    def release(self):
        kept, self.kept = bytes(self.kept), None
        self.write(kept)

    @contextlib.contextmanager
    def together(self):
        """What is sent meanwhile travels in one piece."""
        self.kept = bytearray()
        try:
            yield
        finally:
            self.release()

    def name(self, test):
        """Return a test's id without the group that xdist's loadgroup appends to it."""
        if self.grouped and test.rfind("@") > test.rfind("]"):
            test = test.rsplit("@", 1)[0]
        return cap(test)

    def pytest_configure(self, config):
        self.grouped = config.getoption("dist", "no") == "loadgroup"

    def pytest_collection_finish(self, session):
        self.collected([item.nodeid for item in session.items])

    def pytest_xdist_node_collection_finished(self, node, ids):
        if self.total is None:
            self.collected(ids)

    def collected(self, ids):
        """Tell the total, and which of the selected tests no longer exist."""
        ids = {self.name(test) for test in ids}
        missing = [
            test
            for test in self.select
            if test not in ids and test.split("::")[0] not in self.broken
        ]
        self.total = len(ids) + len(self.broken)
        self.send({"event": "total", "total": self.total, "missing": missing})

    def pytest_collectreport(self, report):
        if not report.failed:
            return
        self.broken.add(report.nodeid.split("::")[0])
        attempt = Attempt()
        attempt.reports.append(report)
        attempt.outcome = "error"
        attempt.started = attempt.ended = time.time()
        attempt.message, attempt.place = describe(report, self.cwd)
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
            del self.attempts[test]  # a rerun plugin begins again with setup
            return
        self.attempts[test].add(report, self.cwd)
        if report.when not in ("setup", "call"):
            self.send(self.attempts.pop(test).event(test))

    def modules(self, found):
        """Tell which installed modules the tests have imported: the next run finds them there."""
        fresh = [[name, file] for name, file in found if name not in self.told]
        self.told.update(name for name, _ in fresh)
        for start in range(0, len(fresh), 100):
            self.send({"event": "modules", "modules": fresh[start : start + 100]})

    def compiled(self, codes):
        """Tell what was compiled here: the next run's child is forked with it."""
        for (how, path), (digest, code) in codes.items():
            data = base64.b64encode(marshal.dumps(code)).decode()
            if len(data) < MAX_CODE:
                self.send({"event": "code", "key": [how, path], "digest": digest, "code": data})

    def pytest_configure_node(self, node):
        """Prepare a worker of xdist before its pytest starts: plugin objects do not reach it."""
        prepare(node.gateway, self.select)
