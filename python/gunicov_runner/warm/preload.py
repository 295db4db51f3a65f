"""What the tests import from Python's own library and from installed packages, imported once."""

import gc
import importlib
import json
import os
import signal
import sys
import threading

from gunicov_common.fingerprint import fingerprint

from gunicov_runner.installed import is_installed, is_stdlib
from gunicov_runner.limits import CHUNK
from gunicov_runner.process.process import die_with
from gunicov_runner.warm.patched import Originals
from gunicov_runner.warm.trial import first_unsafe, top

TRY_SECONDS = 20


def of_others(known=()):
    """Return the modules that this process has and that are not the project's: [name, file], in the order of import.

    The file is empty where pytest rewrites the module's assertions: it must import that itself.
    Not those whose names are `known`: to look at each that there is takes some 3 ms.
    """
    found = []
    for name, module in [each for each in list(sys.modules.items()) if each[0] not in known]:
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        if not isinstance(origin, str) or not (is_installed(origin) or is_stdlib(origin)):
            continue
        if "rewrite" in type(spec.loader).__module__:
            found.append([name, ""])
        elif spec.name == name:
            found.append([name, origin])
    return found


# The variables of the environment that its C code sets are not seen by Python, so not by trial.py.
UNSEEN = {"readline"}


class Preload:
    """Modules of others that the tests import, kept imported here, so that no fork has to.

    They are tried in a child first (trial.py): a package that does more than to define things stays out.
    Nothing of the project's own is ever imported here.
    """

    def __init__(self):
        self.tried = set()
        self.files = {}  # path -> fingerprint, of what is imported here
        self.unsafe = {}  # package -> why
        self.rewritten = set()  # packages that pytest is to import itself
        self.patched = []  # what the tests' own code replaces in other modules: then nothing is imported ahead
        self.originals = None
        self.trial = None  # (pid, descriptor, what it has said)
        self.trying = {}

    def stale(self):
        """Return what is not as it was when it was imported here (the path of a file, a package's name), or None."""
        changed = (p for p, known in self.files.items() if fingerprint(p) != known)
        if self.tried and self.patched:
            return self.patched[0]
        return next(changed, None) or min(self.rewritten & set(map(top, self.tried)), default=None)

    def begin(self, files):
        """Try modules (name -> file, or "" as third_party has it) that are new in a child; returns the descriptor to
        read, or None."""
        self.rewritten |= {top(name) for name, file in files.items() if not file}
        shut = self.rewritten | set(self.unsafe) | UNSEEN
        fresh = {
            name: file
            for name, file in files.items()
            if name not in self.tried and name not in sys.modules and top(name) not in shut
        }
        if not fresh or self.patched or self.trial or threading.active_count() > 1:
            return None
        reader, writer = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                die_with(parent)
                os.close(reader)
                null = os.open(os.devnull, os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(null, fd)
                signal.alarm(TRY_SECONDS)  # SIGALRM ends the child
                os.write(
                    writer, json.dumps({"unsafe": first_unsafe(fresh, self.rewritten)}).encode()
                )
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

    def read(self):
        """Take what the child says. Null: it has not ended. Else what is left to be tried (name -> file): all
        but the package that is not safe; none: all are, and they are imported here."""
        pid, reader, said = self.trial
        chunk = os.read(reader, CHUNK)
        said += chunk
        if chunk:
            return None
        os.close(reader)
        os.waitpid(pid, 0)
        self.trial = None
        # One that said nothing died or hung: nobody knows at which.
        unsafe = json.loads(said)["unsafe"] if said else [top(next(iter(self.trying))), "it ended"]
        if unsafe is None:
            self.take()
            return {}
        self.unsafe[unsafe[0]] = unsafe[1]
        return {name: file for name, file in self.trying.items() if top(name) != unsafe[0]}

    def take(self):
        """Import here what was tried."""
        self.tried.update(self.trying)
        for name in self.trying:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 (it went well a moment ago)
                break
        self.remember()
        gc.collect()
        gc.freeze()  # collections in the forks then leave these pages shared

    def remember(self):
        """Note all installed modules that are imported here: their files, their functions and classes."""
        self.originals = Originals()
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and is_installed(path):
                self.files.setdefault(path, fingerprint(path))
