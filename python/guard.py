"""Runs a command and ends it, with all that it has started, when stdin ends.

gunicov starts a local gunicorn through this: however gunicov goes, by kill -9 too, the pipe that is
our stdin closes, and the server goes with it. Where this process itself is killed, the kernel ends the
command, and gunicov what that leaves.

    guard.py COMMAND [ARGUMENT ...]

Prints ``gunicov-guard: pid N`` first, and ``gunicov-guard: left [[ARGV …], …]`` (JSON) where the command
has ended well and something that it started goes on in the background: that is ended too. Exits with the
command's code, 128 + N where signal N ended it, 127 where it can't be started.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time

GRACE = 4.0  # seconds between SIGTERM and SIGKILL
SWEEP = 2.0  # seconds within which what was sent SIGKILL has gone
LOOK = 0.2  # seconds in which what a command has left in the background is found
PAUSE = 0.01
PDEATHSIG, SUBREAPER = 1, 36


def prctl(option, value):
    """Linux's prctl; elsewhere, and without ctypes, nothing."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def tie_to(parent):
    """In the command's process, before it is executed: have the kernel end it with its parent."""
    prctl(PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def parents():
    """{pid: parent's pid} of all living processes; empty where there is no /proc."""
    found = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if name.isdigit() and state not in b"ZXx":
            found[int(name)] = int(parent)
    return found


def descendants():
    """Pids of all that descends from this process: orphans among them have become its children."""
    known, found, last = parents(), set(), {os.getpid()}
    while last:
        last = {pid for pid, parent in known.items() if parent in last and pid not in found}
        found |= last
    return found


def send(call, target, number):
    try:
        call(target, number)
    except (ProcessLookupError, PermissionError):
        pass


class Guard:
    """One command and all that comes of it."""

    def __init__(self, argv):
        """Starts it. Raises OSError where that can't be done."""
        prctl(SUBREAPER, 1)
        self.woken, waker = os.pipe()
        for fd in (self.woken, waker):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # `wait` reads them from the pipe
        own = os.getpid()
        # Kept: at its own end it would take the command's status.
        self.child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: tie_to(own),  # noqa: PLW1509 (there are no threads)
        )
        self.pid, self.status = self.child.pid, None

    def reap(self):
        """Takes the statuses of all that has ended; returns whether the command has."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == self.pid:
                self.status = status
        return self.status is not None

    def wait(self):
        """Returns when the command has ended, stdin has, or a signal asks for the end."""
        while not self.reap():
            ready, _, _ = select.select([0, self.woken], [], [])
            if 0 in ready and not os.read(0, 4096):
                return
            if self.woken in ready and set(os.read(self.woken, 4096)) != {signal.SIGCHLD}:
                return

    def left(self):
        """argv of what goes on in the background although the command has ended well."""
        until = time.monotonic() + LOOK
        while self.status == 0 and time.monotonic() < until:
            found = [argv for argv in map(command_line, sorted(descendants())) if argv]
            if found:
                return found
            time.sleep(PAUSE)  # what forks just now is easily missed
        return []

    def end(self):
        """SIGTERM, and after GRACE SIGKILL, to all that descends from us."""
        for number, limit in ((signal.SIGTERM, GRACE), (signal.SIGKILL, SWEEP)):
            until, signalled = time.monotonic() + limit, set()
            if self.status is None:
                send(os.killpg, self.pid, number)
            while time.monotonic() < until:
                self.reap()
                alive = descendants()
                if not alive:
                    return
                for pid in alive - signalled:  # those too that somebody has started meanwhile
                    send(os.kill, pid, number)
                signalled |= alive
                time.sleep(PAUSE)

    def code(self):
        if self.status is None or os.WIFSIGNALED(self.status):
            return 128 + (os.WTERMSIG(self.status) if self.status else signal.SIGKILL)
        return os.WEXITSTATUS(self.status)


def command_line(pid):
    """The words of a process's command line; empty where it has gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return [os.fsdecode(word) for word in file.read().rstrip(b"\0").split(b"\0") if word]
    except OSError:
        return []


def tell(words):
    """A line of ours on stdout, which the command writes to as well: in one write, and not behind half a line."""
    os.write(1, f"\ngunicov-guard: {words}\n".encode())


def main(argv):
    try:
        guard = Guard(argv)
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr)
        return 127
    tell(f"pid {guard.pid}")
    guard.wait()
    left = guard.left()
    if left:
        tell(f"left {json.dumps(left)}")
    guard.end()
    return guard.code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
