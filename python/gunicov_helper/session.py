"""What the requests of one session share."""

import collections
import contextlib
import importlib
import importlib.machinery
import os
import shutil
import sys

from gunicov_common.failure import Failure

from gunicov_helper.failure import as_failure, no_place
from gunicov_helper.process.config_file import ConfigFile
from gunicov_helper.process.master_lock import MasterLock
from gunicov_helper.process.other_owners import OtherOwners
from gunicov_helper.record.errors import removed
from gunicov_helper.record.record import no_hook
from gunicov_helper.report.own_modules import OwnModules


class Session:
    """The master, its record, the last report."""

    def __init__(self):
        self.master = None
        self.master_lock = MasterLock()
        self.record = None
        self.errors = None  # Errors of that master's hook
        self.opened = 0  # number of the generation that the last reload has opened
        self.measured_run = None  # MeasuredRun that is under way since the last restart
        self.closed = {}  # number of the last generation of a run: all of that run's
        self.unrecorded = False  # workers serve that no generation knows of
        self.own = None  # OwnHook, where the master has no record but a hook of its own
        self.scratch = None
        self.analyser = None
        self.own_modules = OwnModules()
        self.collected = None
        self.reports = 0  # how many there were: the number of the last one
        self.signalling = None  # the job whose SIGHUP is in flight: one at a time
        self.oom_kills = 0
        self.requests_seen = None  # RequestsSeen by that master's workers
        self.one_of_many = False  # it was chosen from several by its command line
        self.chores = collections.deque()
        self.scratches = set()  # directories that children write to

    def verified(self):
        """Raise the right Failure unless there is a master, it lives, and it has the hook."""
        if self.master is None:
            raise Failure("no-gunicorn", "no gunicorn master was looked for", "Send `find` first.")
        self.master.verify()
        if not self.own and not self.record.exists() and not self.errors.find():
            raise no_hook(ConfigFile(self.master).kept_out())

    def newest(self):
        """The generation now serving, or None: the record is not there, or without it.

        An older one must not be taken for it: its data is of another run.
        """
        generations = self.record.generations()
        newest = generations[-1] if generations else None
        return newest if newest and newest.number >= self.opened else None

    def generations_of(self, number):
        """All generations of the run that ended with that number (list, oldest first; empty: not recorded)."""
        return self.closed.get(number) or self.record.between(number, number)

    def look_for_owners(self):
        """Note who else answers on the server's sockets while the run that is under way begins."""
        if self.measured_run and self.master:
            self.measured_run.owners |= OtherOwners(self.master).found()

    def lost_record(self):
        """The Failure that tells why there is no newest generation."""
        if not self.errors.find():
            return no_hook(ConfigFile(self.master).kept_out())
        why = None if self.opened else self.errors.of_generation()
        return (
            no_place(os.path.dirname(self.record.path), why) if why else removed(self.record.path)
        )

    def enter_project(self):
        """Be where gunicorn was started (a master without a record: where it is). coverage's
        configuration and relative paths count from there."""
        about = self.record.master()
        cwd = about.get("started_in") or self.master.cwd() or about.get("cwd")
        if cwd:
            enter(cwd)
        self.extend_path()

    def extend_path(self):
        about = self.record.master()
        if about.get("python", "").split(".")[:2] == [str(part) for part in sys.version_info[:2]]:
            path = [each for each in about.get("path") or [] if each]
            import_coverage(path)
            # Plugins of the configuration, as the server would find them.
            known = set(sys.path)
            sys.path.extend(each for each in path if each not in known)

    def failure(self, error):
        """The Failure that an exception ends a request with."""
        record = [self.record.path] if self.record else []
        return as_failure(error, record + ([self.scratch] if self.scratch else []))

    def read_ahead(self, path):
        """Read a data file (path or None) while other workers still save: the report will want it."""
        if path and self.analyser:
            self.analyser.readings.read(path)

    def close(self):
        """Remove what was written in a place of the helper's own."""
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


def import_coverage(path):
    """Import coverage.py as the server finds it on its sys.path, `path`; nothing where it has none."""
    spec = importlib.machinery.PathFinder.find_spec("coverage", path)
    if spec is None or not spec.origin or "coverage" in sys.modules:
        return
    folder = os.path.dirname(os.path.dirname(spec.origin))
    sys.path.insert(0, folder)
    with contextlib.suppress(ImportError):  # told when it is used
        importlib.import_module("coverage")
    sys.path.remove(folder)


def enter(cwd):
    """Be in the directory where gunicorn was started; raises the Failure that tells where that has gone."""
    try:
        os.chdir(cwd)
    except (FileNotFoundError, NotADirectoryError):
        raise Failure(
            "coverage-error",
            f"{cwd}, where gunicorn was started, is not there any more",
            "coverage.py's configuration and its paths count from there: put it back, or start the server elsewhere.",
        ) from None
