"""`find`: which gunicorn master this session is about."""

import math
import os
import sys
import tempfile
import time

from gunicov_common.failure import Failure
from gunicov_common.process import Process, all_processes, children

from gunicov_helper.failure import denied
from gunicov_helper.own_hook.configured import own_data
from gunicov_helper.own_hook.own_hook import OwnHook
from gunicov_helper.process.config_file import ConfigFile
from gunicov_helper.process.heartbeat import heartbeats
from gunicov_helper.process.master import Master, record_bases
from gunicov_helper.process.masters import descendants, find_masters
from gunicov_helper.process.other_servers import other_server
from gunicov_helper.process.requests_seen import RequestsSeen
from gunicov_helper.protocol.wait import Wait
from gunicov_helper.record.errors import Errors
from gunicov_helper.record.record import Record
from gunicov_helper.record.release import misfit_warnings, refuse_misfit
from gunicov_helper.report.analyser import Analyser

YOUNG_SECONDS = 3.0  # a master younger than this may not have run its hook yet
NOBODY_SECONDS = 6.0  # how long a master is looked for where nothing is starting
SOON, LATER = 0.03, 0.25  # seconds between two looks, at first and then
TELL_AFTER = 3.0  # seconds after which it is said what is waited for


class Find:
    """Finds the master and its record, or the hook of the server's own."""

    def __init__(self, session):
        self.session = session

    def do_find(self, request, job):
        begun, is_said = time.monotonic(), False
        while True:
            try:
                found, why = yield from self.look(request, begun)
            except Failure as failure:
                if failure.kind != "master-gone" or not is_starting(request, begun):
                    raise
                found, why = None, "it has ended"  # a script may start it again
            if found:
                return {"master": found}
            waited = time.monotonic() - begun
            if waited > TELL_AFTER and not is_said:
                is_said = True
                job.tell("starting", why=why)
            yield Wait(time.monotonic() + (SOON if waited < YOUNG_SECONDS else LATER))

    def look(self, request, begun):
        """Generator: (the answer's `master`, None), or (None, why it is worth to look again).

        Raises the Failure that tells why there is none, once it is not.
        """
        processes, root = all_processes(), request.get("root")
        near = descendants(processes, root) if root else processes
        masters = [Master(process) for process in find_masters(near, record_bases())]
        if not masters and request.get("pid") is None and is_starting(request, begun, near):
            return None, "no gunicorn master is running here yet"
        master = choose_master(masters, request, near)
        if master.environment is None:
            if master.uid == os.geteuid():
                raise denied(f"may not read the environment of the gunicorn master ({master.pid})")
            return describe_stranger(master), None
        yield from self.session.master_lock.take(master)
        record, errors = Record(master.directory()), Errors(master.pid)
        hook = starts_hook(master) or bool(errors.find())
        if not has_begun(record) and errors.of_generation() is None:
            limit = request.get("timeout") or 0 if hook else 0
            if age(master.process, begun) < max(YOUNG_SECONDS, limit):
                return (
                    None,
                    f"the gunicorn master (pid {master.pid}) has not run gunicov's hook yet",
                )
        if record.exists():
            uids = {0, os.geteuid(), master.uid} | {one.uid() for one in kin(master)}
            try:
                record.verify(uids)
            except Failure:
                # Workers of another user (gunicorn's `user`) may not have been forked yet.
                if age(master.process, begun) < max(YOUNG_SECONDS, request.get("timeout") or 0):
                    return None, "the workers of the gunicorn master have not booted yet"
                raise
        return self.take(master, record, errors, request), None

    def take(self, master, record, errors, request):
        """Have the session be about this master; returns what `find` tells of it."""
        if record.exists():
            refuse_misfit(record.master())
        if self.session.record is None or self.session.record.path != record.path:
            self.session.collected, self.session.opened = None, 0
            self.session.measured_run, self.session.closed = None, {}
            self.session.errors = errors
        self.session.master, self.session.record = master, record
        self.session.requests_seen = RequestsSeen(master.pid)
        self.session.one_of_many = bool(request.get("match"))
        self.session.own = self.find_own(request.get("coverage_dir"))
        self.session.oom_kills = master.oom_kills()
        if record.exists() and record.master().get("executable") == sys.executable:
            self.session.chores.append(self.warm)
        loaded = record.exists() or (not self.session.own and bool(self.session.errors.find()))
        return describe(master, record, self.session.own, loaded)

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


def is_starting(request, begun, near=()):
    """Whether what is looked for may still come: where it lives is young, or the look is.

    Not where another server is in its place, among the processes `near`.
    """
    if time.monotonic() - begun < NOBODY_SECONDS:
        return True
    if near and other_server(near):
        return False
    first = Process.read(request.get("root") or 1)
    return first is not None and age(first, begun) < (request.get("timeout") or 0)


def age(process, begun):
    """Seconds that a process has run; where that is not known, that it has been looked at."""
    seconds = process.seconds()
    return seconds if math.isfinite(seconds) else time.monotonic() - begun


def starts_hook(master):
    """Whether it may still run our hook: it names it, and has no workers yet, which come after that."""
    return master.runs_hook() and not heartbeats(master.pid)


def kin(master):
    """The Processes of a master's workers now."""
    return [one for one in map(Process.read, children(master.pid)) if one]


def choose_master(masters, request, near):
    """The master of that pid, the one whose command line contains `match`, or the only one.

    `near` are the processes ({pid: Process}) among which it was looked for.
    """
    pid, match = request.get("pid"), request.get("match")
    there = [master for master in masters if pid is None or master.pid == pid]
    if not there:
        raise nobody(pid, near, request.get("root"))
    fit = [one for one in there if pid is not None or (match or "") in " ".join(one.argv)]
    if len(fit) == 1:
        return fit[0]
    listed = "; ".join("pid {}: {}".format(one.pid, " ".join(one.argv)) for one in fit or there)
    fix = (
        'Name one: master = "…" under [tool.gunicov.server], with a part of its command line that '
        "no other has."
    )
    if fit:
        raise Failure("several-masters", f"several gunicorn masters are running: {listed}", fix)
    message = f"no gunicorn master's command line has {match!r} in it: {listed}"
    raise Failure("several-masters" if len(there) > 1 else "no-gunicorn", message, fix)


def nobody(pid, near, root):
    """The Failure of finding none: it names the server that is there in its place, or the command that
    was to start one (`root`, its pid)."""
    other = other_server(near)
    if other and pid is None:
        return Failure(
            "no-gunicorn",
            f"no gunicorn master is running here, but {other[1]} (pid {other[0]}): gunicov measures "
            "gunicorn's workers",
            other[2],
        )
    if root in near and pid is None:
        command = " ".join(near[root].argv())
        return Failure(
            "no-gunicorn",
            f"`{command}` has started no gunicorn",
            "gunicov measures gunicorn's workers: have server.command start it (gunicorn module:app), or "
            "give it longer (start_timeout under [tool.gunicov.server]).",
        )
    return Failure(
        "no-gunicorn",
        "no gunicorn master is running here" + (f" with pid {pid}" if pid else ""),
        "Start the server, or name where gunicorn runs (--service NAME, --container NAME).",
    )


def describe_stranger(master):
    """The answer `master` where only a helper of that user can tell more."""
    return {
        "pid": master.pid,
        "start_time": master.start_time,
        "uid": master.uid,
        "gid": master.gid,
        "cwd": "/",
        "argv": master.argv,
        "interpreter": None,
        "hook": False,
        "readable": False,
        "warnings": [],
    }


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
        "source",
        "branch",
    ]
    return dict(
        {key: about.get(key) for key in keys},
        pid=master.pid,
        start_time=master.start_time,
        uid=master.uid,
        gid=master.gid,
        readable=True,
        named=starts_hook(master),
        cwd=master.cwd() or about.get("cwd"),
        argv=master.argv,
        config=config_in_the_way(ConfigFile(master)),
        kept_out=None if loaded else ConfigFile(master).kept_out(),
        interpreter=about.get("executable") or master.interpreter(),
        hook=loaded,
        directory=record.path,
        generation=newest.number if newest else None,
        data_directory=own.data.path if own else None,
        warnings=own_warnings(master) if own else hook_warnings(about),
        settings=(newest.manifest() or {}).get("settings") or {} if newest else {},
    )


def config_in_the_way(config):
    """What the command line names as gunicorn's config where that keeps the hook out, or None."""
    return None if config.by_variable else next(reversed(config.there), None)


def hook_warnings(about):
    """What gunicov's hook warns of, as master.json (a dict; empty: there is none yet) has it (list of str)."""
    return [*misfit_warnings(about), *(about.get("warnings") or [])] if about else []


def own_warnings(master):
    """What a server without gunicov's hook does not have (list of str)."""
    kept_out = ConfigFile(master).kept_out()
    found = [f"{kept_out[0]}. {kept_out[1]}"] if kept_out else []
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
