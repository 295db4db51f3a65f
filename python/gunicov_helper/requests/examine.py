"""`examine`: all that is to be known of a server's set-up. It takes no lock, sends no signal, and leaves nothing behind."""

import math
import os
import time

from gunicov_common.failure import Failure
from gunicov_common.process import Process, all_processes

from gunicov_helper.examine.arrivals import arrivals
from gunicov_helper.examine.files import compare, directory
from gunicov_helper.examine.measurement import measurement
from gunicov_helper.examine.memory import memory
from gunicov_helper.examine.record_place import record_place, why_not_written, writers
from gunicov_helper.own_hook.configured import own_data
from gunicov_helper.process.config_file import ConfigFile, is_hook
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.master import Master, record_bases
from gunicov_helper.process.master_lock import other_holder
from gunicov_helper.process.masters import descendants, find_masters
from gunicov_helper.process.requests_seen import RequestsSeen, connections
from gunicov_helper.protocol.wait import Wait
from gunicov_helper.record.boots import Boots
from gunicov_helper.record.errors import Errors
from gunicov_helper.record.record import Record
from gunicov_helper.record.release import refuse_misfit, told
from gunicov_helper.report.child import Child
from gunicov_helper.requests.find import choose_master, config_in_the_way, hook_warnings

PAUSE = 0.05  # seconds between two looks
YOUNG = 3.0  # a master that is to run the hook has run it by then
STARTING = 15.0  # what is younger may be starting still
PATIENCE = 10.0  # seconds that coverage.py may take to say how it is set

ABOUT = ("gunicorn", "python", "worker_class", "workers", "threads", "preload", "user_config")


class Examine:
    """Looks at a server that another gunicov may be measuring."""

    def __init__(self, session):
        self.session = session

    def do_examine(self, request, job):
        """Generator: waits up to `timeout` for a master and the boot of its workers, and tells what there is then."""
        until = time.monotonic() + max(
            request["timeout"], STARTING - age_of(request.get("root") or 1)
        )
        while True:
            try:
                master = self.look(request)
            except Failure:
                if time.monotonic() >= until:
                    raise
                master = None
            late = time.monotonic() >= until
            if master and (late or master.environment is None or has_booted(master)):
                break
            yield Wait(time.monotonic() + PAUSE)
        answer = self.describe(master, request)
        if master.environment is not None:
            answer["coverage"] = yield from self.measured(master, answer, request, job)
        until = time.monotonic() + request["lag"]
        while answer["different"] + answer["absent"] and time.monotonic() < until:
            yield Wait(time.monotonic() + PAUSE)
            answer["absent"], answer["different"] = compare(request["files"])
        answer["time"] = time.time()
        return answer

    def do_arrived(self, request, job):
        """Who is connected with the server now, and how many connections its network has taken (None: not told)."""
        return {
            "from": arrivals(request["pid"]),
            "connections": connections(request["pid"]),
        }

    def look(self, request):
        processes, root = all_processes(), request.get("root")
        near = descendants(processes, root) if root else processes
        masters = [Master(process) for process in find_masters(near, record_bases())]
        return choose_master(masters, request, near)

    def describe(self, master, request):
        """The answer, as far as /proc and the record tell. `readable` false: another user's, and little is here."""
        readable = master.environment is not None
        absent, different = compare(request["files"])
        answer = {
            "pid": master.pid,
            "uid": master.uid,
            "gid": master.gid,
            "readable": readable,
            "argv": master.argv,
            "interpreter": master.interpreter() if readable else None,
            "busy": other_holder(master.pid),
            "absent": absent,
            "different": different,
            "directories": [directory(path) for path in request["directories"]],
        }
        return {**answer, **self.hook(master, request)} if readable else answer

    def hook(self, master, request):
        record, errors, config = Record(master.directory()), Errors(master.pid), ConfigFile(master)
        about = record.master()
        loaded = record.exists() or bool(errors.find())
        generations = record.generations()
        newest = generations[-1] if generations else None
        boots = boots_of(master, record, newest)
        own = None if loaded else own_data(master, request.get("coverage_dir"))
        named = next((name for name in (*config.there, *config.in_variable) if is_hook(name)), None)
        named = named or ("GUNICOV_HOOK=1" if config.by_variable else None)
        path, base = (own.path, own.path) if own else (record.path, os.path.dirname(record.path))
        place = record_place(path, base)
        return {
            **{key: about.get(key) for key in ABOUT},
            "interpreter": about.get("executable") or master.interpreter(),
            "cwd": about.get("started_in") or master.cwd(),
            "hook": loaded,
            "named": named,
            "off": config.off,
            "config": config_in_the_way(config),
            "hook_version": told(about)[0] if about else None,
            "misfit": misfit(about),
            "kept_out": None if loaded else config.kept_out(),
            "own": own.path if own else None,
            "warnings": hook_warnings(about),
            "other_tracer": (master.environment or {}).get("COVERAGE_PROCESS_START"),
            "reload": bool(((newest.manifest() or {}).get("settings") or {}).get("reload"))
            if newest
            else False,
            "booted": sorted(boots.booted) if boots else [],
            "boot_errors": list(boots.failures().values()) if boots else [],
            "modules": modules(boots),
            "served": len(newest.served()) if newest else 0,
            "counts": all(one.get("counts_requests", True) for one in boots.booted.values())
            if boots
            else False,
            "record": {**place, **self.writing(master, record, errors, place["looked"], newest)},
            "memory": memory(master.pid),
            "addresses": RequestsSeen(master.pid).addresses(),
        }

    def writing(self, master, record, errors, folder, newest):
        """Who can't write there, and what the hook has complained of."""
        users = writers(master.pid) or [(master.uid, master.gid)]
        # A record is its workers' own; where there is none yet, the master makes it.
        users = users if record.exists() else [(master.uid, master.gid)]
        refused = [{"uid": uid, "why": why_not_written(folder, uid, gid)} for uid, gid in users]
        return {
            "refused": [one for one in refused if one["why"]],
            "error": errors.of_generation(),
            "start_error": errors.of_start(newest.number) if newest else None,
        }

    def measured(self, master, answer, request, job):
        """Generator: what coverage.py says of its settings, in a process of its own."""
        about = Record(master.directory()).master()
        first = [answer["cwd"]] if answer["cwd"] else []
        more = [
            each
            for each in (master.environment or {}).get("PYTHONPATH", "").split(os.pathsep)
            if each
        ]
        path = [each for each in about.get("path") or [] if each] or first + more
        files = answer["modules"] or [file["path"] for file in request["files"]]
        files = [file for file in files if file.endswith(".py") and os.path.isfile(file)]

        def work(_):
            return measurement(answer["cwd"] or "/", path, master.environment, files)

        child = Child(job, None, work, self.session.failure)
        until = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < until:
                yield Wait(until, (child.reader,))
                if time.monotonic() < until and child.take() is None:
                    break
        finally:
            child.close()
        return (child.answer or {}).get("ok")


def age_of(pid):
    """How long a process has run, in seconds; infinite where there is none, or that is not known."""
    first = Process.read(pid)
    return first.seconds() if first else math.inf


def misfit(about):
    """{message, fix} of a hook whose record this helper can't read; None: it can, or there is none."""
    try:
        if about:
            refuse_misfit(about)
    except Failure as failure:
        return {"message": failure.message, "fix": failure.fix}
    return None


def has_booted(master):
    """Whether the boot of a master's workers is over; also where no hook tells of it."""
    record = Record(master.directory())
    if not record.exists():
        config = ConfigFile(master)
        return not (config.is_hook() or config.by_variable) or master.process.seconds() > YOUNG
    generations = record.generations()
    boots = boots_of(master, record, generations[-1] if generations else None)
    return boots is not None and boots.settled()


def boots_of(master, record, generation):
    if generation is None:
        return None
    with Deaths(master) as deaths:
        boots = Boots(generation, record.workers(generation), deaths)
        boots.look()
    return boots


def modules(boots):
    """Files of the project that workers have loaded, by their real paths."""
    found = (
        [path for one in boots.booted.values() for path in one.get("modules") or []]
        if boots
        else []
    )
    return sorted({os.path.realpath(path) for path in found})
