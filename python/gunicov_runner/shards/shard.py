"""The life of a shard: it runs the tests whose numbers it is sent."""

import os
import signal
import socket
import sys
import traceback

import pytest

from gunicov_runner.preload import third_party
from gunicov_runner.process.process import die_with, leave
from gunicov_runner.shards.link import END, INDEX, message


class Teller:
    """The pytest plugin that sends what happens in a shard."""

    def __init__(self, config, line):
        self.config, self.line = config, line
        # Of the test under way: each message that travels alone wakes the controller.
        self.kept = bytearray()

    def keep(self, kind, value):
        self.kept += message(kind, value)

    def flush(self):
        self.line.sendall(self.kept)
        self.kept.clear()

    def send(self, kind, value):
        """Send one message, after what is kept."""
        self.keep(kind, value)
        self.flush()

    def pytest_runtest_logstart(self, nodeid, location):
        self.send("start", (nodeid, tuple(location)))

    def pytest_runtest_logreport(self, report):
        hook = self.config.hook
        tell = self.keep if report.passed else self.send
        tell("report", hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_runtest_logfinish(self, nodeid, location):
        self.keep("finish", (nodeid, tuple(location)))


class Shard:
    """Runs tests of a session that was collected before the fork."""

    def __init__(self, session, line, name, count, run_id, silent):
        """`silent` are plugins that speak for the controller only."""
        self.session, self.line = session, line
        self.config = session.config
        self.name, self.count, self.run_id, self.silent = name, count, run_id, silent
        self.known = set(sys.modules)  # the controller tells of these

    def live(self, parent):
        """All of the shard's life; never returns."""
        code = 3
        try:
            die_with(parent)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.become_worker()
            code = self.work()
        except BaseException:  # noqa: BLE001 (nothing may unwind into the controller's frames)
            traceback.print_exc()
        finally:
            leave(code)

    def become_worker(self):
        """Be to the tests what a worker of xdist is."""
        os.environ["PYTEST_XDIST_WORKER"] = self.name
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(self.count)
        os.environ["PYTEST_XDIST_TESTRUNUID"] = self.run_id
        self.config.workerinput = {
            "workerid": self.name,
            "workercount": self.count,
            "testrunuid": self.run_id,
            "mainargv": sys.argv,
        }
        self.config.workeroutput = {}
        sys.argv = ["-c"]  # as in an interpreter that execnet has started
        plugins = self.config.pluginmanager
        for plugin in (plugins.getplugin("terminalreporter"), *self.silent):
            if plugin is not None:
                plugins.unregister(plugin)
        capture = plugins.getplugin("capturemanager")
        if capture is not None:  # its files would be shared with the other shards
            capture.stop_global_capturing()
            capture.start_global_capturing()
        self.own_directory()
        self.teller = Teller(self.config, self.line)
        plugins.register(self.teller, "gunicov_teller")

    def own_directory(self):
        """Have tmp_path lie in a directory that no other shard has, as xdist does it."""
        factory = getattr(self.config, "_tmp_path_factory", None)
        base = getattr(factory, "_basetemp", None)
        if base is not None:  # else each shard will make one with a number of its own
            factory._basetemp = base / f"popen-{self.name}"
            factory._basetemp.mkdir(mode=0o700)

    def work(self):
        """Run what is sent, one test behind: a test's teardown depends on the next one."""
        try:
            current = self.take()
            while current is not None:
                following = self.take()
                self.config.hook.pytest_runtest_protocol(item=current, nextitem=following)
                if self.session.shouldfail or self.session.shouldstop:
                    self.teller.send(
                        "stop", str(self.session.shouldfail or self.session.shouldstop)
                    )
                    break
                current = following
        except pytest.exit.Exception as stop:
            self.teller.send("exit", (str(stop.msg), stop.returncode))
        except KeyboardInterrupt:
            self.teller.send("exit", ("KeyboardInterrupt", int(pytest.ExitCode.INTERRUPTED)))
        except BaseException:  # noqa: BLE001 (pytest's own INTERNALERROR, or a plugin's)
            self.teller.send("broken", traceback.format_exc())
        self.teller.send("end", third_party(self.known))
        return 0

    def take(self):
        """Return the next item, or None when there are no more."""
        data = b""
        while len(data) < INDEX.size:
            chunk = self.receive(INDEX.size - len(data))
            if not chunk:
                return None
            data += chunk
        (index,) = INDEX.unpack(data)
        return None if index == END else self.session.items[index]

    def receive(self, size):
        """What has come, after some time if need be; the next test's start takes along what is kept."""
        try:
            return self.line.recv(size, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.teller.flush()
            return self.line.recv(size)
