"""The plugin in a pytest that a command has started. PYTEST_DONT_REWRITE

When it is imported it takes the way by which it came out of the environment: tests and what they start see none of it,
and a pytest in a test is not taken for one of the tests.
"""

import fcntl
import os
import sys

import pytest

from gunicov_runner.child.pythonpath_plugin import TELL
from gunicov_runner.child.reporter import Reporter, root_of
from gunicov_runner.child.tests_summary import MarkPluginsPart, SummaryPlugin
from gunicov_runner.text import encode


class Inside(Reporter):
    """Tells what happens by lines of JSON that name its session: a command may run several, at once, too."""

    def __init__(self, pipe, cwd):
        super().__init__(None, cwd, None)
        self.pipe, self.session = pipe, f"{self.pid}"

    def send(self, message):
        """Write one event whole, whoever else writes. A process that a test forked stays silent."""
        if os.getpid() != self.pid:
            return
        data = memoryview(encode({**message, "session": self.session}))
        try:
            fd = os.open(self.pipe, os.O_WRONLY)
        except OSError:
            return  # who started the command has gone
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            while data:
                data = data[os.write(fd, data) :]
        finally:
            os.close(fd)

    def pytest_configure(self, config):
        self.grouped = config.getoption("dist", "no") == "loadgroup"
        self.root = root_of(config)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self):
        yield
        self.send({"event": "finish"})

    pytest_configure_node = None  # its workers have nothing to hear


def take_way():
    """Return the path of the pipe, and take the way out of the environment; None: there is none."""
    zipped, _, pipe = os.environ.pop(TELL, "").partition("|")
    if not pipe:
        return None
    rest = [
        entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry != zipped
    ]
    if any(rest):
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [entry for entry in sys.path if entry != zipped]
    return pipe


PIPES = [take_way()]


def pytest_addoption(pluginmanager):
    """The first pytest of this process tells; one in a test does not."""
    pipe, PIPES[:] = PIPES[0] if PIPES else None, []
    if pipe is None:
        return
    reporter = Inside(pipe, os.getcwd())
    summary = SummaryPlugin(reporter)
    for plugin in (reporter, summary, MarkPluginsPart(summary)):
        pluginmanager.register(plugin)
