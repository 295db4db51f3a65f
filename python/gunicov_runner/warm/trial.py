"""Tries an import in a child: what must not be older than a run, or shared by its processes, stays out."""

import importlib
import io
import os
import sys
import time
import warnings

from gunicov_runner.installed import STDLIB, is_installed, is_stdlib
from gunicov_runner.warm.process_state import difference, generators, process_state

# Audit events (PEP 578) of what an import does to the world, or asks of it.
ACTS = (
    "ftplib.",
    "http.client.connect",
    "os.chmod",
    "os.exec",
    "os.fork",
    "os.link",
    "os.mkdir",
    "os.posix_spawn",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.spawn",
    "os.symlink",
    "os.system",
    "os.truncate",
    "pty.",
    "shutil.",
    "signal.",
    "smtplib.",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostby",
    "socket.send",
    "sqlite3.",
    "subprocess.",
    "tempfile.",
    "urllib.",
)
# What is as good when it is older: execnet keeps its process's number for the name of a debug file.
HARMLESS = {("execnet", "os.getpid")}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Files that say something of the system or of what is installed.
OF_THE_SYSTEM = ("/usr/", "/lib", "/etc/", "/proc/", "/sys/", "/dev/", "/opt/")


def top(name):
    return name.partition(".")[0]


class Witness:
    """Notes what the modules that are imported in this process ask of it; for good, so in a child only."""

    def __init__(self):
        self.seen = None  # the first thing that speaks against them
        for module, names in ((time, ("time", "time_ns")), (os, ("urandom", "getpid"))):
            for name in names:
                setattr(
                    module, name, self.noting(getattr(module, name), f"{module.__name__}.{name}")
                )
        environ = type(os.environ)
        environ.__getitem__ = self.looking_up(environ.__getitem__)
        environ.__iter__ = self.noting(environ.__iter__, "the whole environment")
        sys.stdout, sys.stderr = self.stream(), self.stream()
        sys.addaudithook(self.hear)

    def note(self, what):
        self.seen = self.seen or what

    def noting(self, function, what):
        def noted(*arguments, **options):
            if asks_at_import(sys._getframe(1)):
                self.note(what)
            return function(*arguments, **options)

        return noted

    def looking_up(self, function):
        def noted(environ, name):
            if isinstance(name, str) and name.startswith("PYTEST"):
                self.note(name)
            return function(environ, name)

        return noted

    def stream(self):
        witness = self

        class Stream(io.StringIO):
            def write(self, text):
                witness.note("output")
                return len(text)

        return Stream()

    def hear(self, event, arguments):
        if event == "open":
            self.opens(*arguments)
        elif event.startswith(ACTS):
            self.note(event)

    def opens(self, path, mode, flags):
        if isinstance(path, int) or path is None:
            return
        path = os.path.abspath(os.fsdecode(path))
        writes = set(mode or "") & set("wax+") or (flags or 0) & WRITES
        known = path.startswith((*OF_THE_SYSTEM, *STDLIB, sys.prefix, sys.base_prefix))
        if (writes and path != os.devnull) or not (known or is_installed(path)):
            self.note(f"the file {path}")


def asks_at_import(frame):
    """Whether the code of a package asks, as it is imported, and not the standard library for itself."""
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith("<frozen importlib"):
            return False
        if not is_stdlib(path):
            return is_installed(path)
        frame = frame.f_back
    return False


def rewritten():
    """Packages whose assertions pytest rewrites when it loads them as plugins: it must import them itself."""
    from importlib import metadata

    found = set()
    for distribution in metadata.distributions():
        if any(point.group == "pytest11" for point in distribution.entry_points):
            found.update(
                top(file.parts[0].partition(".py")[0]) for file in distribution.files or ()
            )
            found.update(
                top(point.value) for point in distribution.entry_points if point.group == "pytest11"
            )
    return found


def first_unsafe(files, asked):
    """(package, why) of the first package that can't be imported ahead, or None. `files`: module -> file, in
    the order of import; `asked`: packages that pytest has rewritten in the run."""
    own = rewritten() | asked
    witness = Witness()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        before, random_before = process_state(), generators()
        packages = {}
        for name in files:
            packages.setdefault(top(name), []).append(name)
        for package, names in packages.items():
            known = set(sys.modules)
            why = "pytest imports it" if package in own else try_imports(names, files)
            why = why or of_modules(set(sys.modules) - known, own)
            why = why or difference(before, process_state()) or witness.seen
            if (package, why) in HARMLESS:
                why = witness.seen = None
            if why is None and warned:
                why = f"a warning: {warned[0].message}"
            if why is None and generators() != random_before:
                why = "a random number generator"
            if why is not None:
                return package, str(why)
    return None


def try_imports(names, files):
    for name in names:
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 (whatever a module does when it is imported)
            return f"{type(error).__name__} at its import"
        if getattr(module.__spec__, "origin", None) != files[name]:
            return "another file is found"  # the tests' sys.path is not ours
    return None


def of_modules(names, own):
    """What speaks against modules that have come along."""
    for name in names:
        path = getattr(sys.modules.get(name), "__file__", None)
        if top(name) in own:
            return f"it imports {name}, which pytest imports"
        if isinstance(path, str) and not is_installed(path) and not is_stdlib(path):
            return f"it imports {path}"
    return None
