"""What the tests import from installed packages, imported once."""

import gc
import importlib
import json
import os
import signal
import sys
import threading

from gunicov_runner.limits import CHUNK
from gunicov_runner.process.process import die_with

INSTALLED = ("/site-packages/", "/dist-packages/")


def third_party(known=()):
    """Return the installed modules that this process has: [name, file], in the order of import.

    Not those whose assertions pytest rewrites (plugins): it must import them itself. Nor those whose
    names are `known`: to look at each that there is takes some 3 ms.
    """
    found = []
    for name, module in [each for each in list(sys.modules.items()) if each[0] not in known]:
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        if not isinstance(origin, str) or not any(part in origin for part in INSTALLED):
            continue
        if spec.name == name and "rewrite" not in type(spec.loader).__module__:
            found.append([name, origin])
    return found


def fingerprint(path):
    """Return what changes when a file is written anew, or None where it is gone."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size


class Preload:
    """Installed modules that the tests import, kept imported here, so that no fork has to.

    They are tried in a child first: what starts a thread, opens a file or fails when it is imported
    stays out, with all that comes after it. Nothing of the project's own is ever imported here.
    """

    def __init__(self):
        self.tried = set()
        self.files = {}  # path -> fingerprint, of what is imported here
        self.trial = None  # (pid, descriptor, what it has said)
        self.trying = {}

    def stale(self):
        """Return the path of an imported file that has changed since, or None."""
        return next((p for p, known in self.files.items() if fingerprint(p) != known), None)

    def begin(self, files):
        """Try modules (name -> file) that are new in a child; returns the descriptor to read, or None."""
        fresh = {n: f for n, f in files.items() if n not in self.tried and n not in sys.modules}
        if not fresh or self.trial or threading.active_count() > 1:
            return None
        self.tried.update(fresh)
        reader, writer = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                die_with(parent)
                os.close(reader)
                os.write(writer, json.dumps(self._try(fresh)).encode())
            finally:
                os._exit(0)
        os.close(writer)
        self.trial = (pid, reader, bytearray())
        self.trying = fresh
        return reader

    def give_up(self):
        """End the trial, if one is under way: a run goes first. It is made again after that."""
        if self.trial is None:
            return
        pid, reader, _ = self.trial
        self.trial = None
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reader)
        self.tried.difference_update(self.trying)

    @staticmethod
    def _try(files):
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        signal.alarm(20)  # SIGALRM ends the child
        safe, before = [], count_descriptors()
        for name, file in files.items():
            try:
                module = importlib.import_module(name)
            except BaseException:  # noqa: BLE001 (whatever a module does when it is imported)
                break
            if module.__spec__.origin != file:  # the tests' sys.path is not ours
                break
            if threading.active_count() > 1 or count_descriptors() != before:
                break
            safe.append(name)
        return safe

    def read(self):
        """Take what the child says; true when it has ended and its names are imported here."""
        pid, reader, said = self.trial
        chunk = os.read(reader, CHUNK)
        said += chunk
        if chunk:
            return False
        os.close(reader)
        os.waitpid(pid, 0)
        self.trial = None
        for name in json.loads(said or b"[]"):
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 (it went well a moment ago)
                break
        self.remember()
        gc.freeze()  # collections in the children then leave these pages shared
        return True

    def remember(self):
        """Note the files of all installed modules that are imported here."""
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and any(part in path for part in INSTALLED):
                self.files.setdefault(path, fingerprint(path))


def count_descriptors():
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0
