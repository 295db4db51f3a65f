"""The forked child and everything that descends from it."""

import os
import signal
import sys
import time

from gunicov_common.process import children

from gunicov_runner.process.process import group_of, send_signal

SWEEP = 2.0  # seconds for what was sent SIGKILL to be gone


class Family:
    """The forked child and everything that descends from it."""

    def __init__(self, pid):
        self.pid = pid
        self.status = None  # the child's, once it is reaped
        self.empty = False  # nothing is left
        self.asked = set()
        self.asked_group = False

    def reap(self):
        """Reap whoever has died."""
        while not self.empty:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.empty = True
                return
            if pid == 0:
                return
            if pid == self.pid and self.status is None:
                self.status = status

    def left(self, code):
        """The child has said that it ends with this code: nobody has to wait until it is gone."""
        if self.status is None:
            self.status = (code & 0xFF) << 8

    def interrupt(self):
        """Send SIGINT to the group, as a terminal does on Ctrl-C; once."""
        try:
            os.killpg(self.pid, signal.SIGINT)
        except ProcessLookupError:  # it has not made its group yet
            send_signal(os.kill, self.pid, signal.SIGINT)
        except PermissionError:
            pass

    def ask(self):
        """Send SIGTERM, once each, to those outside the group that are our children, then to it.

        In this order: a child that has not made its group yet gets it by its pid. Called again,
        it reaches those who became ours since, because their parent died.
        """
        for pid in children(os.getpid()):
            if pid not in self.asked and group_of(pid) != self.pid:
                self.asked.add(pid)
                send_signal(os.kill, pid, signal.SIGTERM)
        if not self.asked_group:
            self.asked_group = True
            send_signal(os.killpg, self.pid, signal.SIGTERM)

    def end(self):
        """Kill and reap all that is left; those that it reveals (grandchildren) too."""
        send_signal(os.killpg, self.pid, signal.SIGKILL)
        until = time.monotonic() + SWEEP
        self.reap()
        while not self.empty and time.monotonic() < until:
            for pid in children(os.getpid()):
                send_signal(os.kill, pid, signal.SIGKILL)
            time.sleep(0.001)
            self.reap()
        if not self.empty:
            print(f"gunicov: processes {children(os.getpid())} could not be ended", file=sys.stderr)
