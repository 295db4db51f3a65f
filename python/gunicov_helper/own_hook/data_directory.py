"""The directory that a server's own hook writes its data files to."""

import contextlib
import os
import re
import stat

from gunicov_helper.files import is_sqlite

SIDE_FILE = re.compile(r"-(journal|wal|shm)$")


def is_whole(path):
    """Whether a copied data file is a sound SQLite database with coverage.py's tables."""
    import sqlite3
    import urllib.parse

    if not is_sqlite(path):
        return False
    database = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro&immutable=1", uri=True)
    try:
        database.execute("select version from coverage_schema").fetchone()
        database.execute("select count(*) from file").fetchone()
        return database.execute("pragma quick_check(1)").fetchone() == ("ok",)
    except sqlite3.Error:
        return False
    finally:
        database.close()


def pids_in(name, host):
    """The numbers in a data file's name that may be its worker's pid (set of int)."""
    rest = name.replace(host, "").replace(host.replace(".", "_"), "")
    return {int(number) for number in re.findall(r"(?<=[._-])(?:pid)?(\d+)(?=[._-]|$)", rest)}


class HeldFile:
    """A data file, open since it was first seen: it can be read although it has been deleted."""

    def __init__(self, fd, name, copy):
        self.fd, self.name, self.copy = fd, name, copy
        self.seen = self.copied = None
        self.whole = self.reported = self.deleted = False

    def stamp(self):
        about = os.fstat(self.fd)
        return about.st_size, about.st_mtime_ns

    def take(self):
        """Copy it where it has changed and is still; whether the copy is the file as it is now."""
        stamp = self.stamp()
        if stamp == self.copied:
            return True
        if stamp != self.seen:
            self.seen, self.whole = stamp, False
            return False
        with open(self.copy, "wb") as copy:
            while True:
                data = os.pread(self.fd, 1 << 20, copy.tell())
                if not data:
                    break
                copy.write(data)
        if self.stamp() == stamp:
            self.copied, self.whole = stamp, is_whole(self.copy)
        return self.copied == stamp


class DataDirectory:
    """The directory in which a server's own hook leaves data files. Nothing is written there.

    Each new file is opened when it is first seen, and copied away once it is still: what deletes
    the directory afterwards takes nothing away.
    """

    def __init__(self, path, prefix):
        """`prefix`: the data files are named so, or so with a dot and more behind it."""
        self.path, self.prefix = path, prefix
        self.old, self.held = {}, {}
        self.known = self.scratch = None
        self.wipes = 0  # how often something was seen to have been deleted
        self.gone = 0  # how often that was the directory itself

    def names(self):
        """{name: stat} of the data files that are there."""
        found = {}
        # It, or a file in it, is renamed or deleted at any moment: that hides none of the others.
        with contextlib.suppress(OSError), os.scandir(self.path) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if self.is_data(entry.name) and entry.is_file(follow_symlinks=False):
                        found[entry.name] = entry.stat(follow_symlinks=False)
        return found

    def is_data(self, name):
        begins = name == self.prefix or name.startswith(self.prefix + ".")
        return begins and not SIDE_FILE.search(name)

    def mark(self, scratch):
        """What is there now is of the past. Copies of what comes go to `scratch`."""
        self.close()
        self.wipes = self.gone = 0
        os.makedirs(scratch, mode=0o700, exist_ok=True)
        self.scratch = scratch
        self.hold_directory()
        self.old = {
            (one.st_dev, one.st_ino): (one.st_size, one.st_mtime_ns)
            for one in self.names().values()
        }

    def hold_directory(self):
        """Keep it open: as long as it is, no other directory can have its number."""
        try:
            self.known = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            self.known = None

    def look(self):
        """Look again; whether each file has been copied as it is now."""
        self.look_at_directory()
        there = {}
        for name, about in self.names().items():
            key = (about.st_dev, about.st_ino)
            there[key] = name
            if key in self.held:
                self.held[key].name = name
            elif self.old.get(key) != (about.st_size, about.st_mtime_ns):
                self.hold(name)
        self.look_for_deleted(there)
        moving = [one for one in self.held.values() if not one.take()]
        return not moving

    def look_at_directory(self):
        if self.known is None:
            self.hold_directory()
            return
        held = os.fstat(self.known)
        try:
            now = os.stat(self.path)
        except OSError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != (held.st_dev, held.st_ino):
            self.wipes += 1
            self.gone += 1
            self.old = {}
            os.close(self.known)
            self.hold_directory()

    def deleted(self):
        """What was seen to have been deleted since the mark (str), or None."""
        if not self.wipes:
            return None
        return (
            f"{self.path} was deleted" if self.gone else f"data files in {self.path} were deleted"
        )

    def look_for_deleted(self, there):
        for key in [key for key in self.old if key not in there]:
            del self.old[key]
            self.wipes += 1
        for one in self.held.values():
            if not one.deleted and not os.fstat(one.fd).st_nlink:
                one.deleted = True
                self.wipes += 1

    def hold(self, name):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            fd = os.open(os.path.join(self.path, name), flags)
        except OSError:
            return
        about = os.fstat(fd)
        key = (about.st_dev, about.st_ino)
        if key in self.held or not stat.S_ISREG(about.st_mode):
            os.close(fd)
            return
        copy = os.path.join(self.scratch, f".coverage.{len(self.held) + 1}")
        self.held[key] = HeldFile(fd, name, copy)

    def whole(self):
        return [one for one in self.held.values() if one.whole]

    def stamps(self):
        """{file: size and time} of all that have come."""
        return {key: one.stamp() for key, one in self.held.items()}

    def damaged(self):
        return [one for one in self.held.values() if not one.whole]

    def close(self):
        for one in self.held.values():
            os.close(one.fd)
        if self.known is not None:
            os.close(self.known)
        self.held, self.known = {}, None
