"""Restarts and flushes of a server with a hook of its own."""

import os
import shutil
import signal
import time

from gunicov_common.failure import Failure
from gunicov_common.process import Process, children

from gunicov_helper.failure import AGAIN
from gunicov_helper.own_hook.between import Between
from gunicov_helper.own_hook.closed import Closed
from gunicov_helper.own_hook.configured import DELETING_WORD, config_speaks_of
from gunicov_helper.own_hook.data_directory import pids_in
from gunicov_helper.own_hook.ending import Ending
from gunicov_helper.process.command_line import is_gunicorn
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.heartbeat import has_beaten, heartbeats
from gunicov_helper.process.other_owners import OtherOwners, second_master
from gunicov_helper.process.watch import Watch
from gunicov_helper.record.boots import BOOT_PATIENCE

LOOK_SECONDS = 0.01  # between two looks at processes: nothing tells of a fork
SETTLE_SECONDS = 2.0  # how long a data file may still grow when its worker has gone
SUCCESSOR_SECONDS = 5.0  # how long to wait for the successor of a worker that was ended alone


class OwnHook:
    """Restarts and flushes of a server whose own hook writes data files.

    It leaves no record, so what it does is read from /proc and the files themselves. Generations
    are numbered here, from the first one seen.
    """

    def __init__(self, master, data, scratch):
        self.master, self.data, self.scratch = master, data, scratch
        self.ages, self.closed, self.seconds = {}, {}, set()
        self.between, self.owners = Between(self), set()
        self.oom_kills = self.master.oom_kills()
        self.number, self.since = 1, time.time()
        # Where a fork may delete the data, no worker may save while another one is forked. Deleting
        # from an empty directory leaves no trace, so that before the first cycle only the text tells.
        self.one_by_one = config_speaks_of(master, DELETING_WORD)
        self.data.mark(self.folder())

    def folder(self):
        return os.path.join(self.scratch, f"gen-{self.number}")

    def close(self):
        self.data.close()

    def workers(self):
        """{(pid, start time): age} of the living workers; `age` in the order they were seen. A second
        master, which SIGUSR2 makes the first one's child, goes to `seconds`."""
        found, others = {}, OtherOwners(self.master)
        for pid in sorted(children(self.master.pid)):
            process = Process.read(pid)
            if process is None or process.dead or process.parent != self.master.pid:
                continue
            if others.is_second(process):
                self.seconds.add(pid)
            elif is_gunicorn(process.argv()) and heartbeats(pid) != []:
                key = (pid, process.start_time)
                found[key] = self.ages.setdefault(key, len(self.ages) + 1)
        return found

    def have_booted(self, workers, seen):
        """Whether all of these run; where that can't be seen: since a second. `seen`: a dict."""
        now = time.monotonic()
        for key in workers:
            beats = heartbeats(key[0])
            since = now - seen.setdefault(key, now)
            if since < 1 if beats is None else len(beats) != 1 or not has_beaten(beats[0]):
                return False
        return bool(workers)

    def pause(self, watch, clock, what):
        """A Wait for the next look; verifies that the master lives."""
        self.master.verify()
        watch.followed.discard(self.data.path)  # it may be another directory now
        watch.follow([self.data.path])
        return clock.wait(what, [] if watch.fd is None else [watch.fd], LOOK_SECONDS)

    def earlier_boot(self, watch, clock):
        """Wait for workers that are still booting, but not for those that hang."""
        until, seen = time.monotonic() + BOOT_PATIENCE, {}
        while not self.have_booted(self.workers(), seen) and time.monotonic() < until:
            yield self.pause(watch, clock, "the workers to boot")

    def restart(self, job, clock):
        """SIGHUP, and wait until all old workers are gone and the new ones run."""
        self.between.clear()
        with Watch() as watch, Deaths(self.master) as deaths:
            yield from self.earlier_boot(watch, clock)
            old, wipes, since = self.workers(), self.data.wipes, time.time()
            job.held = True  # a SIGHUP can't be taken back
            self.master.signal(signal.SIGHUP)
            new = yield from self.replaced(job, watch, deaths, clock, old)
        self.one_by_one = self.one_by_one or self.data.wipes > wipes
        self.open_generation(since)
        self.owners = OtherOwners(self.master).found()
        self.between.begin(new)
        workers = [{"age": age, "pid": pid} for (pid, _), age in new.items()]
        return {
            "generation": self.number,
            "workers": workers,
            "boot_errors": [],
            "config_error": None,
            "ms": clock.ms(),
        }

    def open_generation(self, since):
        self.number += 1
        self.since = since
        self.data.mark(self.folder())
        self.seconds = set()
        self.oom_kills = self.master.oom_kills()

    def replaced(self, job, watch, deaths, clock, old):
        """Wait for the new workers, as many as before, or as many as there are for a second."""
        began, seen, reported, last, changed = time.monotonic(), {}, set(), None, 0
        while True:
            self.data.look()
            living = [key for key in old if not deaths.gone(*key)]
            new = {key: age for key, age in self.workers().items() if key not in old}
            now = time.monotonic()
            clock.progress((len(living), len(new)))
            if set(new) != last:
                last, changed = set(new), now
            enough = len(new) == len(old) or now - changed > 1
            if not living and enough and self.have_booted(new, seen):
                return new
            for key in living if now - began > 1 else []:
                if key not in reported:
                    reported.add(key)
                    why = "it finishes a request or holds a connection (graceful_timeout)"
                    job.tell("waiting", age=old[key], pid=key[0], why=why)
            pids = ", ".join(str(pid) for pid, _ in living)
            yield self.pause(
                watch, clock, f"older workers to end: {pids}" if living else "workers to boot"
            )

    def flush(self, job, clock):
        """End the workers, and wait until they are gone and what they left has been copied."""
        with Watch() as watch, Deaths(self.master) as deaths:
            yield from self.earlier_boot(watch, clock)
            serving, since = self.workers(), time.time()
            seen, doubts = self.between.end()
            workers = {**seen, **serving}
            self.data.look()
            self.owners |= OtherOwners(self.master).found()
            there = self.data.stamps()
            asked = [key for key in serving if not deaths.gone(*key)]
            self.one_by_one = one_by_one = self.one_by_one or self.data.wipes > 0
            if one_by_one:
                for key in serving:
                    yield from self.end(job, watch, deaths, clock, key, workers)
            else:
                self.master.signal(signal.SIGHUP)
            yield from self.exited(job, watch, deaths, clock, workers)
        self.one_by_one = self.one_by_one or self.data.wipes > 0
        same = sum(self.data.stamps().get(key) == stamp for key, stamp in there.items())
        early = max(0, same - (len(workers) - len(serving)))
        oom = self.master.oom_kills() > self.oom_kills
        ending = Ending(asked, one_by_one, self.data.deleted(), oom)
        doubts += self.answered(True)
        closed = Closed(workers, self.data, self.since, ending, early, doubts)
        self.closed[self.number] = closed
        number, note = self.number, closed.note()
        self.open_generation(since)
        return {
            "generation": number,
            "generations": [number],
            "next_generation": self.number,
            "expected": closed.expected,
            "written": closed.written,
            "lost": closed.lost,
            "reasons": closed.reasons(),
            "note": "; ".join([note, *self.answered(False)]) if note else None,
            "requests": None,
            "ms": clock.ms(),
        }

    def answered(self, surely):
        """Who else has (or may have, where not `surely`) answered in place of the workers (list of str)."""
        owners = self.owners | {second_master(pid) for pid in self.seconds}
        return sorted(one.text for one in owners if one.serves is surely)

    def end(self, job, watch, deaths, clock, key, workers):
        """End one worker; wait until its successor has booted, and so has done all that deletes the directory."""
        before, seen = set(self.workers()), {}
        self.master.verify()
        if deaths.gone(*key):
            return
        os.kill(key[0], signal.SIGTERM)
        while not deaths.gone(*key):
            self.look(job, deaths, workers)
            yield self.pause(watch, clock, f"worker {key[0]} to end")
        until = time.monotonic() + SUCCESSOR_SECONDS
        while time.monotonic() < until:
            self.look(job, deaths, workers)
            new = {one: age for one, age in self.workers().items() if one not in before}
            if new and self.have_booted(new, seen):
                return
            yield self.pause(watch, clock, f"the successor of worker {key[0]}")

    def exited(self, job, watch, deaths, clock, workers):
        while True:
            still = self.look(job, deaths, workers)
            living = [pid for pid, start in workers if not deaths.gone(pid, start)]
            if not living:
                break
            clock.progress(len(living))
            what = f"{len(living)} of {len(workers)} workers to end"
            yield self.pause(watch, clock, what)
        until = time.monotonic() + SETTLE_SECONDS
        while not (still and self.look(job, deaths, workers)) and time.monotonic() < until:
            yield self.pause(watch, clock, "the data files to be still")
            still = self.look(job, deaths, workers)
        for one in self.data.whole():
            self.tell(job, one, workers)

    def look(self, job, deaths, workers):
        """Look at the files, and tell of each that a worker now gone has left."""
        still = self.data.look()
        gone = {pid for pid, start in workers if deaths.gone(pid, start)}
        for one in self.data.whole():
            if pids_in(one.name, os.uname().nodename) & gone:
                self.tell(job, one, workers)
        return still

    def tell(self, job, one, workers):
        if one.reported:
            return
        one.reported = True
        pids = pids_in(one.name, os.uname().nodename)
        age, pid = next(((age, pid) for (pid, _), age in workers.items() if pid in pids), (0, None))
        written = sum(held.reported for held in self.data.held.values())
        expected = max(len(workers), written)
        job.tell("saved", age=age, pid=pid, file=one.name, written=written, expected=expected)

    def freshness(self):
        why = "a server with a hook of its own does not tell what its workers have served"
        return {"fresh": False, "why": why, "generation": self.number}

    def files(self, number):
        """The Closed of that generation; raises Failure `no-report` where it left nothing."""
        closed = self.closed.get(number)
        if closed is None:
            raise Failure("no-report", f"generation {number} is not known", AGAIN)
        if not closed.paths:
            raise Failure(
                "no-report",
                f"{closed.tally()} in {closed.directory}",
                "Name the directory that the server's own hook writes to, as coverage_dir under "
                "[tool.gunicov.server]. The server's log tells why a hook could not save.",
            )
        return closed

    def superseded(self, number, paths):
        """Measured files that have changed since the workers began to load their code."""
        return sorted(path for path in paths if changed_since(path, self.closed[number].since))

    def prune(self):
        removed = sorted(self.closed)[:-2]
        for number in removed:
            del self.closed[number]
            shutil.rmtree(os.path.join(self.scratch, f"gen-{number}"), ignore_errors=True)
        return removed


def changed_since(path, moment):
    try:
        about = os.stat(path)
    except OSError:
        return True
    return max(about.st_mtime, about.st_ctime) > moment
