"""`restart` and `flush`: one SIGHUP at a time, and what it leads to."""

import os
import signal
import time

from gunicov_common.failure import Failure
from gunicov_common.process import children

from gunicov_helper.failure import Cancelled, no_place
from gunicov_helper.files import list_names
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.other_owners import OtherOwners
from gunicov_helper.process.same_app_servers import same_app_servers
from gunicov_helper.process.watch import POLL_SECONDS, Watch
from gunicov_helper.protocol.wait import Clock
from gunicov_helper.record.boots import BOOT_PATIENCE, Boots, clock_age
from gunicov_helper.record.errors import removed
from gunicov_helper.record.measured_run import MeasuredRun
from gunicov_helper.record.refusals import not_started
from gunicov_helper.record.roster import Roster, look_settled, missing_old

CHILD_SECONDS = 3.0  # after the workers' end, for the processes that they have started
STRANGER_SECONDS = 1.0  # beyond graceful_timeout


class Reload:
    """Restarts the workers, and waits for what they owe."""

    def __init__(self, session):
        self.session = session

    def take_turn(self, job, clock):
        """Wait until no other request's SIGHUP is in flight: two at once lose a SIGTERM."""
        while self.session.signalling is not None:
            yield clock.wait("another restart or flush", every=POLL_SECONDS)
        self.session.verified()
        self.session.master.refuse_without_config()
        self.session.signalling = job

    def by_turns(self, job, clock, work):
        """Do the work of a request (a generator that returns its answer) in its turn."""
        yield from self.take_turn(job, clock)
        try:
            answer = yield from work
        finally:
            self.session.signalling = None
        if job.cancelled:
            raise Cancelled()
        return answer

    def earlier_boot(self, watch, deaths, clock):
        """Wait for the newest generation while it is booting, but not for one that hangs."""
        generation = boots = None
        while True:
            newest = self.session.newest()
            if newest is None:
                return
            if newest is not generation:  # at each SIGHUP of somebody else's
                generation = newest
                before = self.session.record.get(generation.number - 1)
                if before is not None:
                    before.release()  # nobody has asked for the report that it gives way to
                boots = Boots(generation, self.session.record.workers(generation), deaths)
            watch.follow([self.session.record.path, *generation.directories()])
            boots.look()
            clock.progress((generation.number, boots.progress()))
            # One that hangs, or none that gives a sign of life: 64 workers on two cores wait for each other.
            silent = time.time() - max(boots.signs(), default=0.0) > BOOT_PATIENCE
            if boots.settled() or (silent and clock_age(generation) > BOOT_PATIENCE):
                return
            yield self.wait(watch, deaths, clock, boots.missing(), boots.living())

    def reload(self, job, watch, deaths, clock):
        """Send SIGHUP; returns the generation it opens.

        Not cut short before its generation is there: the next request would take that for the
        work of its own SIGHUP, and the other one would come in the middle of the tests.
        """
        newest = self.session.newest()
        before = max(self.session.opened, newest.number if newest else 0)
        signalled = time.time()
        watch.follow([self.session.record.path])
        self.session.oom_kills = self.session.master.oom_kills()
        held, job.held = job.held, True
        deaths.signalled()
        self.session.master.signal(signal.SIGHUP)
        while True:
            watch.follow(
                os.path.join(self.session.record.path, n)
                for n in list_names(self.session.record.path)
            )
            after = self.session.newest()
            if after and after.number > before:
                break
            self.refuse_unrecorded(signalled)
            yield self.wait(watch, deaths, clock, "the master to reload", [])
        job.held = held
        self.session.opened = after.number
        if job.cancelled and not held:
            raise Cancelled()
        return after

    def refuse_unrecorded(self, signalled):
        """Raise Failure `coverage-dir` where a reload at that time has made no generation."""
        why = self.session.errors.of_generation(signalled)
        if why is not None:
            self.session.unrecorded = True
            raise no_place(os.path.dirname(self.session.record.path), why)

    def wait(self, watch, deaths, clock, what, pids):
        """A Wait for the record, these workers or the master; verifies that it lives."""
        fds, blind = deaths.waits(pids)
        self.session.master.verify()
        if blind:
            return (
                watch.wait(clock, what, fds)
                if watch.blind
                else clock.wait(what, [watch.fd] + fds, 4 * POLL_SECONDS)
            )
        return watch.wait(clock, what, fds)

    def do_restart(self, request, job):
        clock = Clock(request["timeout"])
        if self.session.own:
            answer = yield from self.by_turns(job, clock, self.session.own.restart(job, clock))
            self.session.requests_seen.begin()
            return answer
        yield from self.take_turn(job, clock)
        try:
            with Watch() as watch, Deaths(self.session.master) as deaths:
                newest = self.session.newest()
                yield from self.earlier_boot(watch, deaths, clock)
                strangers = self.strangers(newest)
                self.session.record.refuse_stale()
                self.session.record.say("restart", request.get("off") or [])
                job.held = True  # a SIGHUP can't be taken back
                opened = yield from self.reload(job, watch, deaths, clock)
                # While they boot; what comes later and stays is seen at the flush.
                others = OtherOwners(self.session.master).found()
                opened, boots = yield from self.settle_restart(job, watch, deaths, clock, opened)
                yield from self.see_off(strangers, watch, deaths, clock)
                self.session.measured_run = MeasuredRun(opened.number, others)
        finally:
            self.session.signalling = None
        if job.cancelled:
            raise Cancelled()
        refused = self.session.errors.of_start(opened.number)
        if refused and not boots.failures():
            about = self.session.record.master()
            raise not_started(refused, about.get("started_in") or about.get("cwd") or "/")
        self.session.requests_seen.begin()
        return {
            "generation": opened.number,
            "workers": [
                {"age": age, "pid": worker.get("pid")}
                for age, worker in sorted(boots.booted.items())
            ],
            "boot_errors": [
                {"age": age, "pid": boots.pid(age), "traceback": text}
                for age, text in sorted(boots.failures().items())
            ],
            "config_error": self.session.record.config_error(),
            "reads": sorted(self.reads(opened)),
            "settings": self.settings(),
            "fast_paths": opened.fast_paths(),
            "ms": clock.ms(),
        }

    def settings(self):
        """What coverage.py's settings are now, as `find` has sent them first (dict)."""
        about = self.session.record.master()
        names = ("coverage", "coverage_config", "source", "branch")
        return {name: about.get(name) for name in names}

    def servers_with_same_app(self):
        """Who else serves the app in its container. Only where the configuration chooses between several: on a
        machine that servers share, the others are nobody's business."""
        return same_app_servers(self.session.master) if self.session.one_of_many else []

    def reads(self, opened):
        """Files (set of paths) that decide on what the workers of a generation are: settings, also where one might
        come, and the project's modules."""
        found = set((opened.manifest() or {}).get("read") or {})
        for worker in opened.by_age("booted").values():
            found.update(worker.get("modules") or [])
        return found

    def strangers(self, newest):
        """Pids of workers that may serve although no generation knows of them."""
        if newest and not self.session.unrecorded:
            return set()
        return set(children(self.session.master.pid))

    def see_off(self, strangers, watch, deaths, clock):
        """Wait until they are gone: what they still answer is not measured. Not for long, because
        a child of the master need not be a worker."""
        limit = float(self.session.record.master().get("graceful_timeout") or 0) + STRANGER_SECONDS
        until = time.monotonic() + limit
        while time.monotonic() < until and any(not deaths.gone(pid) for pid in strangers):
            yield self.wait(watch, deaths, clock, "older workers to end", [])
        self.session.unrecorded = False

    def settle_restart(self, job, watch, deaths, clock, opened):
        """Wait until the new workers have booted and each older one has saved or is gone.

        Returns their generation, which is a later one where somebody else has sent a SIGHUP meanwhile, and
        its Boots.
        """
        boots = Boots(opened, self.session.record.workers(opened), deaths)
        older = [one for one in self.session.record.generations() if one.number < opened.number]
        rosters = [Roster(one, deaths, 0) for one in older if not one.settled]
        signalled, said = time.monotonic(), set()
        while True:
            newest = self.session.newest()
            if newest and newest.number > opened.number:
                rosters.append(Roster(opened, deaths, 0))
                opened = newest
                boots = Boots(opened, self.session.record.workers(opened), deaths)
            watch.follow([self.session.record.path, *opened.directories()])
            for roster in rosters:
                watch.follow(roster.generation.directories())
            for age in boots.look():
                job.tell("booted", age=age, pid=boots.booted[age].get("pid"))
            rosters = [roster for roster in rosters if not look_settled(roster)]
            pending = sum(len(roster.pending()) for roster in rosters)
            clock.progress((opened.number, boots.progress(), pending))
            if boots.settled() and not rosters:
                return opened, boots
            if job.cancelled and boots.oldest() > BOOT_PATIENCE:
                raise Cancelled()  # it hangs, and the next SIGHUP ends it
            if time.monotonic() - signalled > 1:
                self.tell_waiting(job, rosters, said)
            if boots.oldest() > BOOT_PATIENCE:
                self.tell_booting(job, boots, said)
            pids = [pid for roster in rosters for pid in roster.living()] + boots.living()
            what = boots.missing() if not boots.settled() else missing_old(rosters)
            yield self.wait(watch, deaths, clock, what, pids)

    def tell_waiting(self, job, rosters, said):
        limit = self.session.record.master().get("graceful_timeout")
        for roster in rosters:
            for age in roster.pending():
                if age not in said:
                    said.add(age)
                    why = "it finishes a request or holds a connection (graceful_timeout %s s)"
                    job.tell("waiting", why=why % limit, **roster.worker(age))

    def tell_booting(self, job, boots, said):
        for age, pid in boots.booting.items():
            if age not in said:
                said.add(age)
                job.tell("waiting", why="it is still importing the app", age=age, pid=pid)

    def do_flush(self, request, job):
        clock = Clock(request["timeout"])
        seen = self.session.requests_seen
        if self.session.own:
            answer = yield from self.by_turns(job, clock, self.session.own.flush(job, clock))
            return dict(
                answer,
                reasons=[*answer["reasons"], *self.servers_with_same_app()],
                reached=seen.settle(None),
                addresses=seen.addresses(),
            )
        yield from self.take_turn(job, clock)
        try:
            with Watch() as watch, Deaths(self.session.master) as deaths:
                if self.session.newest() is None:
                    raise self.session.lost_record()
                yield from self.earlier_boot(watch, deaths, clock)
                off = request.get("off") or []
                opened, run, reasons, note = yield from self.close(job, watch, deaths, clock, off)
        finally:
            self.session.signalling = None
        return {
            "generation": run.numbers()[-1],
            "generations": run.numbers(),
            "next_generation": opened.number,
            "expected": run.expected(),
            "written": run.written(),
            "lost": [
                dict(roster.worker(age), cause=self.cause(age, cause))
                for roster, age, cause in run.lost()
            ],
            "reasons": reasons + self.servers_with_same_app(),
            "note": note,
            "requests": run.requests(),
            "reached": seen.settle(run.reached(seen.since)),
            "addresses": seen.addresses(),
            "fast_paths": opened.fast_paths(),
            "ms": clock.ms(),
        }

    def close(self, job, watch, deaths, clock, off):
        """Have all workers of the run save, without the fast paths `off`: (the generation that this opens, the
        MeasuredRun, why its data is not
        whole, what keeps that from being proved)."""
        newest = self.session.newest()
        if newest is None:
            raise self.session.lost_record()
        run = self.session.measured_run or MeasuredRun(newest.number)
        unrecorded = self.session.errors.of_generation(run.began)
        self.session.record.say("flush", off)
        generations = []
        try:
            opened = yield from self.reload(job, watch, deaths, clock)
            self.session.measured_run = MeasuredRun(opened.number)
            # Now only: till then somebody else may have sent a SIGHUP.
            last = opened.number - 1
            generations = self.session.record.between(run.first, last)
            run.close(generations, deaths)
            run.owners |= OtherOwners(self.session.master).found(run.began)
            yield from self.settle_run(job, watch, deaths, clock, run)
            yield from self.settle_children(job, deaths, clock, run)
        except BaseException:
            for one in generations or [newest]:
                one.release()  # there will be no report of this one's data
            raise
        if not generations:
            raise removed(self.session.record.path)
        self.session.closed[last] = generations
        reasons = run.gaps(last) + sorted(one.text for one in run.owners if one.serves)
        reasons += [text for each in run.children() for text in each.missing()]
        if unrecorded:
            reasons.append(f"a reload during the tests left no record: {unrecorded}")
        notes = sorted(one.text for one in run.owners if not one.serves) + run.notes()
        return opened, run, reasons, "unproven: " + "; ".join(notes) if notes else None

    def settle_run(self, job, watch, deaths, clock, run):
        """Wait until each worker of a run has saved or is lost, telling of each."""
        written = 0
        while True:
            watch.follow(run.directories())
            for roster, age in run.look():
                written += roster.file(age) is not None
                job.tell(
                    "saved",
                    file=roster.file(age),
                    written=written,
                    expected=run.expected(),
                    **roster.worker(age),
                )
                self.session.read_ahead(roster.data_file(age))
            pending = run.pending()
            if not pending:
                run.settle()
                return
            clock.progress(len(pending))
            what = f"{len(pending)} of {run.count()} workers to save"
            try:
                yield self.wait(watch, deaths, clock, what, run.living())
            except Failure as failure:
                failure.message += f" ({run.written()} of {run.expected()} data files are written)"
                raise

    def settle_children(self, job, deaths, clock, run):
        """Wait until the processes that the workers have started, and that coverage measures, have ended;
        not for long: some never do."""
        until, said = time.monotonic() + CHILD_SECONDS, set()
        while True:
            living = [child for each in run.children() for child in each.look()]
            if not living or time.monotonic() > until:
                break
            for child in living:
                if child.pid not in said:
                    said.add(child.pid)
                    job.tell("waiting", age=child.age, pid=child.pid, why=f"{child} still runs")
            fds, _ = deaths.waits([child.pid for child in living])
            self.session.master.verify()
            yield clock.wait("processes of the app to end", fds, every=POLL_SECONDS)
        for each in run.children():
            for path, pid in each.files_and_pids():
                written, expected = run.written(), run.expected()
                name = os.path.basename(path)
                job.tell("saved", file=name, pid=pid, written=written, expected=expected)

    def cause(self, age, cause):
        if cause in ("unknown", "exit"):
            why = self.session.errors.of_worker(age)
            if why is not None:
                return f"its data could not be saved: {why}"
        if (
            cause in ("unknown", "exit")
            and self.session.master.oom_kills() > self.session.oom_kills
        ):
            return "out of memory"
        return cause
