"""Where a child waits that was forked before its run: pytest is configured, nothing of the project is loaded."""

import json
import os
import sys

import pytest

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


class Gate:
    """The pytest plugin that waits for `go`, before conftest files are loaded.

    What pytest has read by then may have changed while it waited; then the child tells so and
    ends, and the runner forks another one.
    """

    def __init__(self, fd, command, reporter, select):
        """`select(ids)` is called with the node ids of the run."""
        self.fd, self.command, self.reporter, self.select = fd, command, reporter, select
        self.known = set(sys.modules)
        self.inputs = self.fingerprints()

    def fingerprints(self):
        """What decides what pytest does until here: settings, arguments, directories of plugins."""
        cwd = self.command.cwd
        places = [os.path.join(cwd, word.split("::")[0]) for word in self.command.arguments]
        folders = set()
        for folder in (cwd, *filter(os.path.isdir, places)):
            while folder not in folders:
                folders.add(folder)
                folder = os.path.dirname(folder)
        paths = [os.path.join(folder, name) for folder in folders for name in SETTINGS]
        return (
            {path: fingerprint(path) for path in paths},
            {path: (os.path.exists(path), os.path.isdir(path)) for path in places},
            {path: distributions(path) for path in sys.path},
        )

    def modules(self):
        """Files of the modules that were imported here."""
        new = (sys.modules[name] for name in set(sys.modules) - self.known)
        paths = (getattr(module, "__file__", None) for module in new)
        return {path: fingerprint(path) for path in paths if isinstance(path, str)}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self):
        self.wait()
        yield

    def wait(self):
        before = self.modules()
        with open(self.fd, "rb") as gate:
            line = gate.readline()
        if not line:
            os._exit(0)  # nobody will send it on
        request = json.loads(line)
        if request["waited"] and (self.modules() != before or self.outdated(before)):
            self.reporter.send({"event": "again"})
            os._exit(0)
        os.chdir(self.command.cwd)  # it may be another directory of that name now
        self.select(request["select"])

    def outdated(self, modules):
        own = [p for p in modules if not any(part in p for part in INSTALLED) and is_source(p)]
        return bool(own) or self.fingerprints() != self.inputs


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
