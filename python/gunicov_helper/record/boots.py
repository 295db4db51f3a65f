"""Who of a generation has booted."""

import math
import os
import time

# Seconds: an earlier generation that still boots after them hangs, and is not waited for.
BOOT_PATIENCE = 5.0


class Boots:
    """Who of a generation has booted, and who has failed to."""

    def __init__(self, generation, wanted, deaths):
        self.generation, self.wanted, self.deaths = generation, wanted, deaths
        self.booted, self.errors, self.booting = {}, {}, {}
        self.ended = {}  # those that were gone before they had booted: {age: cause}

    def look(self):
        """Look at the record again; returns the ages newly booted, in order."""
        forked = self.generation.forked()
        booted = self.generation.by_age("booted")
        new = sorted(set(booted) - set(self.booted))
        self.booted, self.errors = booted, self.generation.by_age("boot-error")
        self.booting = {
            age: pid
            for age, pid in forked.items()
            if age not in booted
            and age not in self.errors
            and not (pid is not None and self.deaths.gone(pid))
        }
        done = {
            age: str(entry.get("cause")) for age, entry in self.generation.by_age("done").items()
        }
        self.ended = {
            age: cause
            for age, cause in done.items()
            if age not in booted and age not in self.errors and cause != "exit"
        }
        return new

    def settled(self):
        """Whether it is known how this generation boots.

        gunicorn replaces a worker that dies while it boots, for ever: each is given a second try.
        """
        known = set(self.booted) | set(self.errors)
        missing = self.wanted - len(known)
        if missing <= 0:
            return not self.booting
        return len(self.ended) // 2 >= missing

    def failures(self):
        """{age: traceback} of those without which it does not do."""
        found = {age: str(entry.get("traceback", "")) for age, entry in self.errors.items()}
        if len(set(self.booted) | set(self.errors)) < self.wanted:
            for age, cause in self.ended.items():
                found[age] = f"The worker ended before it had booted: {cause}"
        return found

    def pid(self, age):
        return self.generation.forked().get(age)

    def living(self):
        return [pid for pid in self.booting.values() if pid is not None]

    def oldest(self):
        """For how many seconds the one that has longest given no sign of life while it boots has given none."""
        return max([time.time() - sign for sign in self.signs()], default=0.0)

    def progress(self):
        """How far the boot has come: another value when one has booted, or has imported more."""
        return len(self.booted), len(self.errors), max(self.signs(), default=0.0)

    def signs(self):
        """When each of those still booting was forked, or has last shown that it imports (epoch seconds)."""
        found = []
        for age in self.booting:
            try:
                found.append(os.stat(self.generation.join("forked", str(age))).st_mtime)
            except OSError:
                continue
        return found

    def missing(self):
        if self.booting:
            workers = (f"worker {age} (pid {pid or '?'})" for age, pid in self.booting.items())
            return ", ".join(workers) + " to boot"
        return f"{self.wanted} workers to boot, {len(self.booted)} have"


def clock_age(generation):
    """Seconds since a generation was begun."""
    try:
        return time.time() - os.stat(generation.join("manifest.json")).st_mtime
    except OSError:
        return math.inf
