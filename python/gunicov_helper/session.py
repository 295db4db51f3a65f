"""What the requests of one session share."""

import collections
import os
import shutil
import sys

from gunicov_helper.failure import Failure
from gunicov_helper.process.claim import Claim
from gunicov_helper.record.record import no_hook


class Session:
    """The master, its record, the last report."""

    def __init__(self):
        self.master = None
        self.claim = Claim()
        self.record = None
        self.own = None  # OwnHook, where the master has no record but a hook of its own
        self.scratch = None
        self.analyser = None
        self.collected = None
        self.signalling = None  # the job whose SIGHUP is in flight: one at a time
        self.oom_kills = 0
        self.chores = collections.deque()
        self.scratches = set()  # directories that children write to

    def verified(self):
        """Raise the right Failure unless there is a master, it lives, and it has the hook."""
        if self.master is None:
            raise Failure("no-gunicorn", "no gunicorn master was looked for", "Send `find` first.")
        self.master.verify()
        if not self.own and not self.record.exists():
            raise no_hook()

    def enter_project(self):
        """Be where the master is: coverage's configuration and relative paths count from there."""
        about = self.record.master()
        cwd = self.master.cwd() or about.get("cwd")
        if cwd:
            os.chdir(cwd)
        self.extend_path()

    def extend_path(self):
        about = self.record.master()
        if about.get("python", "").split(".")[:2] == [str(part) for part in sys.version_info[:2]]:
            # Plugins of the configuration, and coverage itself, as the server would find them.
            known = set(sys.path)
            sys.path.extend(p for p in about.get("path") or [] if p and p not in known)

    def close(self):
        """Remove what was written in a place of the helper's own."""
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
