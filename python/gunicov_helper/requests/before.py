"""`check` and `freshness`: what is to be known before a restart."""

import os
import time

from gunicov_helper.files import within
from gunicov_helper.loaded import Loaded
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.watch import POLL_SECONDS
from gunicov_helper.protocol.wait import Clock, Wait
from gunicov_helper.record.boots import Boots
from gunicov_helper.record.imported import changed_since_import
from gunicov_helper.record.measured_run import MeasuredRun
from gunicov_helper.record.roster import Roster, look_settled
from gunicov_helper.record.settings import changed_settings
from gunicov_helper.source import check_file, compile_failure


class Before:
    """Checks changed files, and whether the workers are fresh."""

    def __init__(self, session):
        self.session = session
        self.said = set()  # failures of files that no worker loads

    def do_check(self, request, job):
        clock = Clock(request["timeout"])
        waiting = list(request["files"])
        failures, pause = [], POLL_SECONDS
        changed = [file["path"] for file in waiting]
        while True:
            waiting, checked = self.look_at(waiting)
            failures.extend(checked)
            if not waiting or time.monotonic() >= clock.deadline:
                break
            yield Wait(min(clock.deadline, time.monotonic() + pause))
            pause = min(pause * 2, 0.05)
        failures = once(failures)
        held = [one for one in failures if self.holds_up(one["path"], changed)]
        return {
            "failures": held,
            "unloaded": self.news([one for one in failures if one not in held]),
            "lagging": [file["path"] for file in waiting],
        }

    def holds_up(self, path, changed):
        return self.session.master is None or Loaded(self.session).holds_up(path, changed)

    def news(self, failures):
        """Those that were not said yet."""
        all_failures = {tuple(sorted(one.items())) for one in failures}
        new = [one for one in failures if tuple(sorted(one.items())) not in self.said]
        self.said |= all_failures
        return new

    def look_at(self, files):
        """(those that lag, the failures of those that do not)."""
        lagging, failures = [], []
        for file in files:
            path = file["path"]
            lags, body = check_file(path, file.get("sha256"))
            if lags:
                lagging.append(file)
            elif body is not None and path.endswith(".py"):
                failures.append(compile_failure(path, body))
        return lagging, [failure for failure in failures if failure]

    def do_freshness(self, request, job):
        self.session.verified()
        if self.session.own:
            return self.session.own.freshness()
        generation = self.session.newest()
        if generation is None:
            return {"fresh": False, "why": "the workers' record is gone", "generation": 0}
        why = self.why_stale(generation, request)
        if why is None:  # these are the workers that the tests will find
            self.session.measured_run = MeasuredRun(generation.number)
            self.session.requests_seen.begin()
            self.session.chores.append(self.session.look_for_owners)
        return {
            "fresh": why is None,
            "why": why or "the workers have served nothing since boot",
            "generation": generation.number,
        }

    def why_stale(self, generation, request):
        """Why this generation, the newest, must be restarted (str), or None."""
        files, tests = request["files"], request.get("tests")
        with Deaths(self.session.master) as deaths:
            boots = Boots(generation, self.session.record.workers(generation), deaths)
            boots.look()
            older = [
                one for one in self.session.record.generations() if one.number < generation.number
            ]
            ended = all(one.settled or look_settled(Roster(one, deaths, 0)) for one in older)
        if boots.failures():
            return "a worker failed to boot"
        library = self.session.record.stale_library()
        if library:
            return f"{library} has changed"
        older = changed_since_import(generation)
        if older:
            return f"{older} has changed, and a worker has loaded it"
        settings = changed_settings([generation])
        if settings:
            return f"{settings[0]} has changed"
        if not boots.settled():
            return "not every worker has booted"
        if not ended:
            return "an older worker has not ended yet"
        if not all(worker.get("counts_requests", True) for worker in boots.booted.values()):
            return "this worker class does not tell whether it has served"
        if generation.served() or self.session.errors.hide_requests(generation.forked()):
            return "a worker has served a request"
        inside = next((path for path in files if within(path, request["source"])), None)
        if tests is not None:  # what is not theirs may be anything that the server reads
            inside = inside or next((path for path in files if not within(path, tests)), None)
        if inside:
            return f"{inside} has changed"
        loaded = {path for one in boots.booted.values() for path in one.get("modules") or []}
        loaded |= {os.path.realpath(path) for path in loaded}
        used = next((p for p in files if p in loaded or os.path.realpath(p) in loaded), None)
        return f"{used} has changed, and a worker has loaded it" if used else None


def once(failures):
    """Of a file that was saved under several paths (a link, and what it leads to) the first one's failure."""
    by_file = {}
    for failure in failures:
        by_file.setdefault(os.path.realpath(failure["path"]), failure)
    return list(by_file.values())
