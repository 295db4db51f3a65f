"""A command on a pty of 120×40, with pyte as the screen that a person would see."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

ROWS, COLUMNS = 40, 120
PATIENCE = 30.0  # seconds


class Terminal:
    def __init__(self, argv, cwd, **env):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.chdir(str(cwd))
            os.environ.update(env, TERM="xterm-256color")
            os.environ.pop("CI", None)
            os.execvp(argv[0], [str(word) for word in argv])
        os.set_blocking(self.fd, False)

    def wait(self, until):
        """Read until `until(rows of the screen)`; gives when what made it so was there to be read, and how many bytes came."""
        size, limit = 0, time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            at, text = time.monotonic(), self.take()
            size += len(text)
            self.stream.feed(self.decode(text))
            if until(self.screen.display):
                return at, size
        raise SystemExit(
            "bench/screen: the screen stands still:\n" + "\n".join(self.screen.display)
        )

    def take(self):
        try:
            return os.read(self.fd, 1 << 20)
        except (BlockingIOError, OSError):
            return b""

    def pass_over(self, seconds):
        """Show what comes for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                self.stream.feed(self.decode(self.take()))

    def key(self, key, until):
        """ms from a key to what it shows, and the bytes that have come for that."""
        began = time.monotonic()
        os.write(self.fd, key)
        at, size = self.wait(until)
        return 1000 * (at - began), size

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            self.take()
            time.sleep(0.01)
        os.close(self.fd)
