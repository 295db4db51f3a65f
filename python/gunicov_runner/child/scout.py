"""Forks of the child at its gate that go on ahead of the run: they collect the tests.

A scout waits where it would first do more than read: before the first test, or earlier where a conftest
file opens a connection, starts a program or writes. When the run comes it says whether all that it has read
is still the same. If so the run is its own, and the process behind it only waits for its end; else it
ends, and the one behind goes on. Of two scouts the first stays where the conftest files are loaded and
nothing is collected yet. No outcome of a test is ever known before its run.

    child at the gate ── scout before the collection ── scout before the first test (and its shards)
"""

import os
import select
import signal

from gunicov_runner.child.reads import SILENT, Reads
from gunicov_runner.process.process import die_with

GOES = b"g"
# Distributions with plugins that are known to do nothing that counts before the first test.
PLAIN_PLUGINS = {
    "anyio",
    "faker",
    "hypothesis",
    "pytest-asyncio",
    "pytest-django",
    "pytest-env",
    "pytest-mock",
    "pytest-timeout",
    "pytest-xdist",
}
# Options and settings that have to do with the session's own time.
TIMES = {"xmlpath": "--junitxml", "session_timeout": "a session's timeout"}


def unfit(config, modules):
    """Why no scout may go ahead (str), or None. `modules`: names of those that are imported."""
    for _, distribution in config.pluginmanager.list_plugin_distinfo():
        name = distribution.project_name.lower().replace("_", "-")
        if name not in PLAIN_PLUGINS:
            return f"a plugin of {name}"
    for name, what in TIMES.items():
        if getattr(config.known_args_namespace, name, None) or setting(config, name):
            return what
    silent = SILENT & {name.partition(".")[0] for name in modules}
    return f"{min(silent)} is imported" if silent else None


def setting(config, name):
    try:
        return float(config.getini(name) or 0)
    except (KeyError, ValueError):
        return None  # nobody knows it


class Keeper:
    """What a process knows of the scout that it has sent ahead."""

    def __init__(self, pid, line, verdict):
        self.pid, self.line, self.verdict = pid, line, verdict

    def send(self, line):
        """Pass on the run's line (bytes); whether the scout goes on with it."""
        try:
            os.write(self.line, line)
        except BrokenPipeError:
            pass
        goes = os.read(self.verdict, 1) == GOES
        if not goes:
            os.close(self.line)
            os.close(self.verdict)
            os.waitpid(self.pid, 0)
        return goes

    def follow(self):
        """Wait for the scout's end, and end in the same way."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # sent to the group: they are for the scout
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number != signal.SIGKILL:
                signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        os._exit(os.WEXITSTATUS(status))


class Scout:
    """The process that is ahead."""

    def __init__(self, line, verdict, fits, arrive):
        """`fits(line)`: whether that run is one for this process, whatever it has read; `arrive(line)` is
        called when it is and all that was read holds."""
        self.line, self.verdict, self.fits, self.arrive = line, verdict, fits, arrive
        self.reads = None
        self.further = None  # the Keeper of another one, ahead of this
        self.waiting = True

    def watch(self):
        """From now on all that this process reads is noted."""
        if self.reads is None:
            self.reads = Reads(self.wait)
        elif self.waiting:
            self.reads.watching = True

    def divide(self, fits):
        """Fork: the one goes on, this one waits here, and takes the run if it does not fit the other.
        Returns the Scout that this process is then."""
        self.pause()
        further = send_ahead(fits, self.arrive)
        if isinstance(further, Keeper):
            self.further = further
            self.wait()
            return self
        os.close(self.line)
        os.close(self.verdict)
        further.reads, self.reads.reach = self.reads, further.wait
        further.watch()
        return further

    def pause(self):
        self.reads.watching = False

    def stop(self):
        """In a fork that is no scout."""
        self.reads.end()

    def look(self):
        """Take the run's line if it has come: the earlier, the less is done in vain."""
        if self.waiting and select.select([self.line], [], [], 0)[0]:
            self.wait()

    def wait(self):
        """Wait for the run, and say whether this process takes it; one that does not ends here."""
        if not self.waiting:
            return
        self.waiting = False
        if self.reads is None:
            os._exit(0)  # pytest has ended before it began
        self.reads.end()
        with open(self.line, "rb") as file:
            line = file.readline()
        if line and self.further and self.further.send(line):
            os.write(self.verdict, GOES)
            self.further.follow()
        if not line or not self.fits(line) or not self.reads.hold():
            os._exit(0)
        os.write(self.verdict, GOES)
        os.close(self.verdict)
        self.arrive(line)


def send_ahead(fits, arrive):
    """Fork a scout. A Keeper in this process, a Scout in the new one."""
    line_reader, line_writer = os.pipe()
    verdict_reader, verdict_writer = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        die_with(parent)
        os.close(line_writer)
        os.close(verdict_reader)
        return Scout(line_reader, verdict_writer, fits, arrive)
    os.close(line_reader)
    os.close(verdict_writer)
    return Keeper(pid, line_writer, verdict_reader)
