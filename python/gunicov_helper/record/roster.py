"""Who owes data in a generation, and who has given it."""

import os
import time

from gunicov_helper.record.generation import as_int

CAUSE_SECONDS = 1.0  # how long after a worker's death the master may take to say its cause


class Roster:
    """Who owes data in one generation, and who has given it.

    A worker is settled once it has saved, or is lost: the master has recorded its end, or its
    process is gone, and (looked at after that) it has not saved.
    """

    def __init__(self, generation, deaths, cause_seconds=CAUSE_SECONDS):
        self.generation, self.deaths, self.cause_seconds = generation, deaths, cause_seconds
        self.saved, self.lost, self.pids, self.gone_at = {}, {}, {}, {}
        self.lines = set()

    def look(self):
        """Look at the record again; returns the ages newly saved, in order."""
        generation = self.generation
        forked, booted = generation.forked(), generation.by_age("booted")
        done = generation.by_age("done")
        for age in sorted(set(forked) | set(booted)):
            self.pids[age] = forked.get(age) or as_int(booted.get(age, {}).get("pid"))
        gone = {age: self.is_gone(age, booted) for age in self.pending()}
        # Only now: a worker that has saved may be gone, but one gone has saved before.
        saved = generation.by_age("saved")
        new = [age for age in sorted(saved) if age not in self.saved and age not in self.lost]
        # Read again: a worker that is aborted says so before it saves.
        ended = generation.by_age("done") if new else done
        for age in new:
            self.take(age, saved[age], ended.get(age))
        for age, is_gone in gone.items():
            if age not in self.saved and age not in self.lost and (age in done or is_gone):
                self.lose(age, done.get(age))
        return [age for age in new if age in self.saved]

    def is_gone(self, age, booted):
        pid = self.pids.get(age)
        if pid is None:
            return self.deaths.all_gone()
        return self.deaths.gone(pid, as_int(booted.get(age, {}).get("start_time")))

    def take(self, age, saved, done):
        self.pids[age] = as_int(saved.get("pid")) or self.pids.get(age)
        name = saved.get("file")
        if saved.get("error"):
            last = str(saved["error"]).strip().splitlines()[-1]
            self.lost[age] = f"its data could not be saved: {last}"
        elif name and not os.path.exists(self.generation.join(os.path.basename(str(name)))):
            self.lost[age] = f"its data file {name} has been removed"
        elif (done or {}).get("cause") == "timeout":
            self.lost[age] = "timeout"  # cut off in the middle of a request
        elif not name and os.path.exists(self.generation.join("unwanted")):
            self.lost[age] = "it was told to leave no data"
        else:
            self.saved[age] = saved

    def lose(self, age, done):
        """It will not save any more. The master may still be about to record why."""
        now = time.monotonic()
        since = self.gone_at.setdefault(age, now)
        if done is not None or now - since >= self.cause_seconds:
            self.lost[age] = str((done or {}).get("cause") or "unknown")

    def pending(self):
        return [age for age in self.pids if age not in self.saved and age not in self.lost]

    def living(self):
        """The pids of those still waited for that are not known to be gone."""
        ages = [age for age in self.pending() if age not in self.gone_at]
        return [self.pids[age] for age in ages if self.pids[age] is not None]

    def file(self, age):
        name = self.saved[age].get("file")
        return os.path.basename(str(name)) if name else None

    def data_file(self, age):
        """The path of its data file, or None."""
        name = self.file(age)
        return name and self.generation.join(name)

    def written(self):
        return sum(1 for age in self.saved if self.file(age))

    def expected(self):
        """Data files there should be: a worker that measured nothing counts in no number."""
        return self.written() + len(self.lost) + len(self.pending())

    def requests(self):
        """Requests served in all; None where that is not known."""
        counts = [as_int(one.get("requests")) for one in self.saved.values()]
        known = sum(count or 0 for count in counts)
        return None if None in counts and not known else known

    def reached(self, since):
        """Whether a request has come since then (by the monotonic clock); None where that is not known."""
        times = [one.get("last_request") for one in self.saved.values()]
        if any(isinstance(time, (int, float)) and time >= since for time in times):
            return True
        served = self.generation.served()
        if any(str(age) in served for age in self.lost):
            return True  # it has not lived to say when
        return None if any(one.get("requests") is None for one in self.saved.values()) else False

    def worker(self, age):
        return {"age": age, "pid": self.pids.get(age)}


def look_settled(roster):
    """Look at a roster; whether nobody on it is waited for (noted for good if so)."""
    roster.look()
    if not roster.pending():
        roster.generation.settled = True
    return roster.generation.settled


def missing_old(rosters):
    described = (
        "worker {} (pid {})".format(age, roster.pids.get(age) or "?")
        for roster in rosters
        for age in roster.pending()
    )
    return "older workers to end: " + ", ".join(described)
