"""Who of a generation has booted."""

import math
import os
import time


class Boots:
    """Who of a generation has booted, and who has failed to."""

    def __init__(self, generation, wanted, deaths):
        self.generation, self.wanted, self.deaths = generation, wanted, deaths
        self.booted, self.errors, self.booting = {}, {}, {}

    def look(self):
        """Look at the record again; returns the ages newly booted, in order."""
        forked = self.generation.forked()
        booted = self.generation.told("booted")
        new = sorted(set(booted) - set(self.booted))
        self.booted, self.errors = booted, self.generation.told("boot-error")
        self.booting = {
            age: pid
            for age, pid in forked.items()
            if age not in booted
            and age not in self.errors
            and not (pid is not None and self.deaths.gone(pid))
        }
        return new

    def settled(self):
        failed = set(self.errors) - set(self.booted)
        return not self.booting and len(self.booted) + len(failed) >= self.wanted

    def living(self):
        return [pid for pid in self.booting.values() if pid is not None]

    def oldest(self):
        """For how many seconds the oldest of those still booting has been forked."""
        ages = [0.0]
        for age in self.booting:
            try:
                about = os.stat(self.generation.join("forked", str(age)))
            except OSError:
                continue
            ages.append(time.time() - about.st_mtime)
        return max(ages)

    def missing(self):
        if self.booting:
            return "to boot: " + ", ".join(
                "worker {} (pid {})".format(age, pid or "?") for age, pid in self.booting.items()
            )
        return f"{self.wanted} workers to boot, {len(self.booted)} have"


def clock_age(generation):
    """Seconds since a generation was begun."""
    try:
        return time.time() - os.stat(generation.join("manifest.json")).st_mtime
    except OSError:
        return math.inf
