"""Waiting for files to appear in directories."""

import contextlib
import os

POLL_SECONDS = 0.005  # where there is no inotify or pidfd
SPARE = []  # inotify's descriptors that no Watch has now


class Inotify:
    """Linux's inotify, by ctypes: the standard library has none. Loaded when first needed.

    Descriptors are kept for the next Watch: the kernel takes up to 15 ms to close one.
    """

    # MODIFY | CLOSE_WRITE | MOVED_TO | CREATE | ONLYDIR
    EVENTS = 0x2 | 0x8 | 0x80 | 0x100 | 0x1000000
    library = None

    @classmethod
    def open(cls):
        """A descriptor (int) that follows nothing yet, or None where the system has no inotify to give."""
        if SPARE:
            return SPARE.pop()
        try:
            if cls.library is None:
                import ctypes

                cls.library = ctypes.CDLL(None, use_errno=True)
            fd = cls.library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (ImportError, OSError, AttributeError):
            return None
        return fd if fd >= 0 else None

    @classmethod
    def add(cls, fd, path):
        """Follow a directory: its mark (int), negative where that failed."""
        return cls.library.inotify_add_watch(fd, os.fsencode(path), cls.EVENTS)

    @classmethod
    def give_back(cls, fd, marks):
        for mark in marks:
            cls.library.inotify_rm_watch(fd, mark)
        cls.drain(fd)
        SPARE.append(fd)

    @staticmethod
    def drain(fd):
        with contextlib.suppress(OSError):
            while os.read(fd, 65536):
                pass


class Watch:
    """Wakes a request when a file appears in a directory that it follows.

    Follow first and look second: then nothing can appear unseen between the two.
    """

    def __init__(self):
        self.fd = Inotify.open()
        self.followed, self.marks = set(), set()
        self.blind = self.fd is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.fd is not None:
            Inotify.give_back(self.fd, self.marks)

    def follow(self, paths):
        """Follow directories; those that are not there yet are tried again at the next call."""
        if self.fd is None:
            return
        Inotify.drain(self.fd)
        for path in paths:
            if path not in self.followed and os.path.isdir(path):
                self.followed.add(path)
                mark = Inotify.add(self.fd, path)
                self.marks.add(mark)
                self.blind = self.blind or mark < 0

    def wait(self, clock, what, fds=()):
        """A Wait for the next file (or for one of `fds`), within the clock's limit."""
        if self.blind:
            return clock.wait(what, fds, POLL_SECONDS)
        return clock.wait(what, (self.fd,) + tuple(fds))
