"""Where a child waits that was forked before its run: pytest is configured, nothing of the project is loaded."""

import contextlib
import json
import os
import select
import sys
import time

import pytest

from gunicov_runner.child.scout import Scout, send_ahead, unfit
from gunicov_runner.preload import INSTALLED, fingerprint

SETTINGS = (
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "setup.py",
)
MARKS = ("conftest.py", "__init__.py")


class Gate:
    """The pytest plugin that waits for `go`, before conftest files are loaded; a scout goes ahead of it.

    What pytest has read by then may have changed while it waited; then the child tells so and
    ends, and the runner forks another one.
    """

    def __init__(self, fd, command, reporter, narrow):
        """`narrow(ids)` is called with the node ids of the run."""
        self.fd, self.command, self.reporter, self.narrow = fd, command, reporter, narrow
        self.known = set(sys.modules)
        self.entries = list(sys.path)  # conftest files add to it
        self.config = None
        self.ahead = None  # a Keeper or, in its fork, the Scout
        self.inputs = self.fingerprints()

    def fingerprints(self):
        """What decides what pytest does until here: settings, arguments, directories of plugins."""
        paths = [os.path.join(folder, name) for folder in self.folders() for name in SETTINGS]
        return (
            {path: fingerprint(path) for path in paths},
            {path: (os.path.exists(path), os.path.isdir(path)) for path in self.places()},
            {path: distributions(path) for path in self.entries},
        )

    def places(self):
        """Paths that the arguments may name."""
        cwd = self.command.cwd
        return [os.path.join(cwd, word.split("::")[0]) for word in self.command.arguments]

    def folders(self):
        """Directories in which pytest looks for settings and conftest files."""
        found = set()
        for folder in (self.command.cwd, *filter(os.path.isdir, self.places())):
            while folder not in found:
                found.add(folder)
                folder = os.path.dirname(folder)
        return found

    def marks(self):
        """Files that count by being there."""
        paths = (os.path.join(folder, name) for folder in self.folders() for name in MARKS)
        return {path for path in paths if os.path.exists(path)}

    def modules(self):
        """Files of the modules that were imported here."""
        new = (sys.modules[name] for name in set(sys.modules) - self.known)
        paths = (getattr(module, "__file__", None) for module in new)
        return {path: fingerprint(path) for path in paths if isinstance(path, str)}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        self.config = early_config
        before, marks = self.modules(), self.marks()

        def fits(_):
            return self.marks() == marks and not self.outdated(before)

        come = select.select([self.fd], [], [], 0)[0]
        if not come and unfit(early_config, sys.modules) is None:
            self.ahead = send_ahead(fits, self.arrive)
        if isinstance(self.ahead, Scout):
            self.reporter.hold()
        else:
            self.wait(before)
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self):
        """One scout stays here, with the conftest files loaded: for tests that have changed, or are selected,
        which narrows what is collected. Another one collects all."""
        if isinstance(self.ahead, Scout) and self.ahead.waiting:
            fits = self.ahead.fits
            self.ahead = self.ahead.divide(
                lambda line: fits(line) and not json.loads(line)["select"]
            )
            if self.ahead.waiting:
                self.reporter.hold()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectstart(self):
        self.reach(Scout.look)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self):
        self.reach()

    @contextlib.contextmanager
    def own(self):
        """What is done meanwhile is the runner's own, not the project's."""
        self.reach(Scout.pause)
        try:
            yield
        finally:
            self.reach(Scout.watch)

    def forget(self):
        """In a fork of a scout."""
        self.reach(Scout.stop)
        self.ahead = None

    def reach(self, how=Scout.wait):
        """A point that is not passed ahead of the run, or at which it is looked whether that has come."""
        if isinstance(self.ahead, Scout):
            how(self.ahead)

    def arrive(self, line):
        """The run has come to the scout."""
        os.chdir(self.command.cwd)  # it may be another directory of that name now
        self.narrow(json.loads(line)["select"])
        self.reporter.release()
        begin_time(self.config)

    def wait(self, before):
        with open(self.fd, "rb") as gate:
            line = gate.readline()
        if not line:
            os._exit(0)  # nobody will send it on
        if self.ahead and self.ahead.send(line):
            self.ahead.follow()
        request = json.loads(line)
        if request["waited"] and self.outdated(before):
            self.reporter.send({"event": "again"})
            os._exit(0)
        os.chdir(self.command.cwd)
        self.narrow(request["select"])

    def outdated(self, modules):
        """Whether pytest has read by `modules()` what is another now, or the project's own."""
        own = [p for p in modules if not any(part in p for part in INSTALLED) and is_source(p)]
        changed = any(fingerprint(path) != known for path, known in modules.items())
        return bool(own) or changed or self.fingerprints() != self.inputs


class Departure:
    """The pytest plugin with the scout's first step: pytest has made the files of its capturing by now."""

    def __init__(self, gate):
        self.gate = gate

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self):
        self.gate.reach(Scout.watch)


def begin_time(config):
    """Have the terminal's summary tell how long the tests took, not how long their run was waited for."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if hasattr(terminal, "_session_start"):
        terminal._session_start = type(terminal._session_start)()
    elif hasattr(terminal, "_sessionstarttime"):  # before pytest 8.4
        terminal._sessionstarttime = time.time()


def distributions(entry):
    """What tells which distributions, and so which plugins, a directory of sys.path holds. Not its
    time where it may be the project's: each save would change that."""
    if any(part in entry + os.sep for part in INSTALLED):
        return fingerprint(entry)
    try:
        return sorted(name for name in os.listdir(entry) if name.endswith(("-info", ".egg-link")))
    except OSError:
        return None


def is_source(path):
    """Whether a file is not the standard library's."""
    return not os.path.abspath(path).startswith(os.path.dirname(os.__file__) + os.sep)
