"""`find`: which gunicorn master this session is about."""

import os
import sys
import tempfile
import time

from gunicov_helper.failure import Failure, denied
from gunicov_helper.own_hook.configured import own_data
from gunicov_helper.own_hook.own_hook import OwnHook
from gunicov_helper.process.arrivals import Arrivals
from gunicov_helper.process.master import Master
from gunicov_helper.process.process import all_processes, find_masters
from gunicov_helper.protocol.wait import Wait
from gunicov_helper.record.errors import Errors
from gunicov_helper.record.record import Record
from gunicov_helper.report.analyser import Analyser

YOUNG_SECONDS = 3.0  # a master younger than this may not have run its hook yet


class Find:
    """Finds the master and its record, or the hook of the server's own."""

    def __init__(self, session):
        self.session = session

    def do_find(self, request, job):
        processes = all_processes()
        masters = [Master(process) for process in find_masters(processes)]
        master = choose_master(masters, request.get("pid"), request.get("match"))
        if master.environment is None:
            raise denied(f"may not read the environment of the gunicorn master ({master.pid})")
        yield from self.session.claim.take(master)
        record = Record(master.directory())
        until = time.monotonic() + YOUNG_SECONDS - master.process.seconds()
        while not has_begun(record) and time.monotonic() < until:
            yield Wait(time.monotonic() + 0.02)
            master.verify()
        if record.exists():
            children = [one for one in processes.values() if one.parent == master.pid]
            uids = {0, os.geteuid(), master.uid} | {child.uid() for child in children}
            record.verify(uids)
        if self.session.record is None or self.session.record.path != record.path:
            self.session.collected, self.session.opened = None, 0
            self.session.run, self.session.closed = None, {}
            self.session.errors = Errors(master.pid)
        self.session.master, self.session.record = master, record
        self.session.arrivals = Arrivals(master.pid)
        self.session.one_of_many = bool(request.get("match"))
        self.session.own = self.find_own(request.get("coverage_dir"))
        self.session.oom_kills = master.oom_kills()
        if record.exists() and record.master().get("executable") == sys.executable:
            self.session.chores.append(self.warm)
        loaded = record.exists() or (not self.session.own and bool(self.session.errors.find()))
        return {"master": describe(master, record, self.session.own, loaded)}

    def find_own(self, configured):
        """The OwnHook of a master without a record, or None."""
        if self.session.own:
            self.session.own.close()
        data = None if self.session.record.exists() else own_data(self.session.master, configured)
        if data is None:
            return None
        if os.path.isdir(data.path) and not os.access(data.path, os.R_OK | os.X_OK):
            raise denied(f"may not read {data.path}")
        self.session.scratch = self.session.scratch or make_scratch(data.path)
        return OwnHook(self.session.master, data, tempfile.mkdtemp(dir=self.session.scratch))

    def warm(self):
        """Import coverage before the first report needs it (80 ms and more)."""
        try:
            self.session.extend_path()
            self.session.analyser = self.session.analyser or Analyser()
        except Exception as error:  # noqa: BLE001 - `collect` will meet it again, and tell it
            print(f"gunicov: {error}", file=sys.stderr)


def has_begun(record):
    return record.exists() and bool(record.generations())


def choose_master(masters, pid, match):
    """The master of that pid, the one whose command line contains `match`, or the only one."""
    there = [master for master in masters if pid is None or master.pid == pid]
    if not there:
        raise Failure(
            "no-gunicorn",
            "no gunicorn master is running here" + (f" with pid {pid}" if pid else ""),
            "Start the server, or name the service or container that gunicorn runs in.",
        )
    fit = [one for one in there if pid is not None or (match or "") in " ".join(one.argv)]
    if len(fit) == 1:
        return fit[0]
    told = "; ".join("pid {}: {}".format(one.pid, " ".join(one.argv)) for one in fit or there)
    fix = (
        'Name one: master = "…" under [tool.gunicov.server], with a part of its command line that '
        "no other has."
    )
    if fit:
        raise Failure("several-masters", f"several gunicorn masters are running: {told}", fix)
    message = f"no gunicorn master's command line has {match!r} in it: {told}"
    raise Failure("several-masters" if len(there) > 1 else "no-gunicorn", message, fix)


def describe(master, record, own, loaded):
    """The answer `master` of `find`. `loaded`: it runs the hook, with a record or without."""
    there = record.exists()
    about = record.master() if there else {}
    generations = record.generations() if there else []
    newest = generations[-1] if generations else None
    keys = [
        "gunicorn",
        "coverage",
        "worker_class",
        "workers",
        "threads",
        "preload",
        "coverage_config",
    ]
    return dict(
        {key: about.get(key) for key in keys},
        pid=master.pid,
        start_time=master.start_time,
        uid=master.uid,
        cwd=master.cwd() or about.get("cwd"),
        argv=master.argv,
        interpreter=about.get("executable") or master.interpreter(),
        hook=loaded,
        directory=record.path,
        generation=newest.number if newest else None,
        data_directory=own.data.path if own else None,
        warnings=own_warnings(master) if own else about.get("warnings") or [],
        settings=(newest.manifest() or {}).get("settings") or {} if newest else {},
    )


def own_warnings(master):
    """What a server without gunicov's hook does not have (list of str)."""
    found = []
    found.append(
        "the server's own hook writes the coverage data: it is counted and compared with the "
        "workers that exited, but not proved; new code that does not boot ends such a server"
    )
    if not (master.environment or {}).get("PYTHONDONTWRITEBYTECODE"):
        found.append(
            "PYTHONDONTWRITEBYTECODE is not set in the server's environment: after two saves of "
            "the same size within a second its workers may run old code"
        )
    return found


def make_scratch(last):
    """A private directory for copies, in the first of the usual places that takes one, or `last`."""
    for base in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm", last):
        try:
            if base:
                return tempfile.mkdtemp(prefix="gunicov-helper-", dir=base)
        except OSError:
            continue
    raise denied("there is no directory in which the helper may write: mount a tmpfs on /tmp")
