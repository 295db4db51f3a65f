"""What a process reads, and the moment at which it does more than that.

Python tells an audit hook of all that reaches outside (PEP 578), but for looks at whether a file is there:
those come by os.stat and os.lstat, which are wrapped for as long as it watches. What is read of the project is
noted with its contents, so that it can be said later whether any of it has changed.
"""

import hashlib
import os
import stat
import sys

from gunicov_runner.child.fresh import is_installed

# Events of a process that keeps to itself. One that is not known here counts as reaching outside.
HARMLESS = {
    "builtins.id",
    "code.__new__",
    "compile",
    "exec",
    "function.__new__",
    "gc.get_objects",
    "gc.get_referents",
    "gc.get_referrers",
    "glob.glob",
    "glob.glob/2",
    "marshal.dumps",
    "marshal.loads",
    "object.__delattr__",
    "object.__getattr__",
    "object.__setattr__",
    "os.fwalk",
    "os.putenv",
    "os.unsetenv",
    "os.walk",
    "pathlib.Path.glob",
    "pathlib.Path.rglob",
    "pickle.find_class",
    "sys._getframe",
    "sys._getframemodulename",
    "sys.excepthook",
    "sys.setprofile",
    "sys.settrace",
    "sys.unraisablehook",
}
# Packages that reach outside in C, where no audit hook hears it.
SILENT = {
    "MySQLdb",
    "confluent_kafka",
    "cx_Oracle",
    "grpc",
    "ibm_db",
    "oracledb",
    "psycopg2",
    "psycopg_c",
    "pycurl",
    "pylibmc",
    "pymssql",
    "pyodbc",
    "uvloop",
    "zmq",
}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LARGEST = 16 * 1024 * 1024  # bytes of a file that is hashed while others wait
VIRTUAL = ("/proc/", "/sys/", "/dev/")
STAT, LSTAT = os.stat, os.lstat
# Functions of os.path and pathlib that tell no more than what kind of thing is there.
KINDS = {"exists", "is_dir", "is_file", "isdir", "isfile", "lexists"}


class Reads:
    """Watches this process from its making on, until `reach` is called, once: before the first act that is
    more than reading."""

    def __init__(self, reach):
        self.reach = reach
        self.files = {}  # path -> digest, None where it was not there
        self.looks = {}  # how (kind or seen) and path -> what a look says of it
        self.folders = {}  # path -> names
        self.watching = True
        sys.addaudithook(self.hear)
        os.stat, os.lstat = self.noting(os.stat), self.noting(os.lstat)

    def hear(self, event, arguments):
        if not self.watching:
            return
        self.watching = False  # what is done here is our own
        if self.only_reads(event, arguments):
            self.watching = True
        else:
            self.reach()

    def noting(self, look):
        """os.stat or os.lstat, noting what is looked at."""

        def note(path, **options):
            if self.watching:
                how = kind if asks_kind(sys._getframe(1)) else seen
                if not self.looks_at(path, options.get("dir_fd"), how):
                    self.watching = False
                    self.reach()
            return look(path, **options)

        return note

    def end(self):
        """Watch no more, for good."""
        self.watching = False
        os.stat, os.lstat = STAT, LSTAT

    def only_reads(self, event, arguments):
        if event == "open":
            return self.opens(*arguments)
        if event in ("os.listdir", "os.scandir"):
            return self.lists(arguments[0])
        if event == "import":
            return arguments[0].partition(".")[0] not in SILENT
        if event == "ctypes.dlopen":
            return arguments[0] is None  # what is loaded anyway
        return event in HARMLESS

    def opens(self, path, mode, flags):
        if isinstance(path, int):
            return True
        path = os.path.abspath(os.fsdecode(path))
        if set(mode or "") & set("wax+") or (flags or 0) & WRITES:
            return path == os.devnull
        if path not in self.files and not is_apart(path):
            self.files[path] = digest(path)
            return self.files[path] != ""
        return True

    def looks_at(self, path, folder, how):
        if isinstance(path, int):
            return True
        if folder is not None:
            return False  # a descriptor: nobody knows of which directory later
        path = os.path.abspath(os.fsdecode(path))
        if (how, path) not in self.looks and not is_apart(path):
            self.looks[how, path] = how(path)
        return True

    def lists(self, path):
        if isinstance(path, int):
            return False  # the same
        path = os.path.abspath(os.fsdecode(path or "."))
        if path not in self.folders and not is_apart(path + os.sep):
            self.folders[path] = names_in(path)
        return True

    def hold(self):
        """Whether all that was read is the same now."""
        return (
            all(how(path) == known for (how, path), known in self.looks.items())
            and all(digest(path) == known for path, known in self.files.items())
            and all(names_in(path) == known for path, known in self.folders.items())
        )


def is_apart(path):
    """Whether a path is no part of the project."""
    return is_installed(path) or path.startswith(VIRTUAL)


def asks_kind(frame):
    """Whether the caller of os.stat looks for nothing but the kind, as pytest does with each test file when
    it looks for directories of tests: saves change all else."""
    if frame.f_code.co_name == "stat" and is_of(frame, "pathlib"):
        frame = frame.f_back
    return frame.f_code.co_name in KINDS and is_of(frame, "pathlib", "genericpath", "posixpath")


def is_of(frame, *modules):
    return frame.f_globals.get("__name__", "").partition(".")[0] in modules


def kind(path):
    """What kind of thing a path is; None where nothing is there."""
    about = seen(path)
    return about[0] if isinstance(about, tuple) else about


def seen(path):
    """What a look at a path says that may matter; None where nothing is there. A directory's own time and
    size change with each save in it."""
    try:
        about = STAT(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(about.st_mode):
        return "directory"
    return stat.S_IFMT(about.st_mode), about.st_size, about.st_mtime_ns


def digest(path):
    """The hash of a file's bytes; None where there is no file, "" where it is too large for that."""
    try:
        if os.path.getsize(path) > LARGEST:
            return ""
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def names_in(path):
    try:
        return sorted(os.listdir(path))
    except OSError:
        return None
