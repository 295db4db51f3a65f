"""What a run of the tests is measured on: each generation since the restart that began it."""

import time

from gunicov_helper.record.roster import Roster


class MeasuredRun:
    """The workers of every generation since the restart that began the run.

    A SIGHUP of somebody else's opens a generation in the middle of the tests: what the one before has
    measured is part of the run as well.
    """

    def __init__(self, first, owners=()):
        """`first`: number of the generation that it begins with; `owners`: who else answered on the
        server's sockets then (Owner)."""
        self.first, self.began = first, time.time()
        self.owners = set(owners)
        self.rosters = []

    def close(self, generations, deaths):
        """It has ended; `generations` are its own, oldest first."""
        self.rosters = [Roster(one, deaths) for one in generations]

    def numbers(self):
        return [roster.generation.number for roster in self.rosters]

    def look(self):
        """Look at the record again; returns (roster, age) of those newly saved, in order."""
        return [(roster, age) for roster in self.rosters for age in roster.look()]

    def pending(self):
        return [age for roster in self.rosters for age in roster.pending()]

    def living(self):
        return [pid for roster in self.rosters for pid in roster.living()]

    def children(self):
        """The Children of each generation."""
        return [roster.generation.children for roster in self.rosters]

    def expected(self):
        owed = sum(len(each.living) + len(each.lost()) for each in self.children())
        return sum(r.expected() + len(r.generation.children.files()) for r in self.rosters) + owed

    def written(self):
        return sum(r.written() + len(r.generation.children.files()) for r in self.rosters)

    def requests(self):
        """Requests served in all; None where that is not known."""
        counts = [roster.requests() for roster in self.rosters]
        known = sum(count or 0 for count in counts)
        return None if None in counts and not known else known

    def reached(self, since):
        """Whether a request has come since then (by the monotonic clock); None where that is not known."""
        known = [roster.reached(since) for roster in self.rosters]
        return True if True in known else None if None in known else False

    def count(self):
        return sum(len(roster.pids) for roster in self.rosters)

    def lost(self):
        """[(roster, age, cause)] in order."""
        return [
            (one, age, cause) for one in self.rosters for age, cause in sorted(one.lost.items())
        ]

    def directories(self):
        return [path for roster in self.rosters for path in roster.generation.directories()]

    def settle(self):
        for roster in self.rosters:
            roster.generation.settled = True

    def release(self):
        for roster in self.rosters:
            roster.generation.release()

    def gaps(self, last):
        """What shows that the roster is not whole (list of str). `last`: number of the newest generation of the run.

        gunicorn numbers its workers without a gap, and the hook its generations.
        """
        found = []
        gone = sorted(set(range(self.first, last + 1)) - set(self.numbers()))
        if gone:
            found.append(f"the record of generation {gone[0]} has been removed")
        ages = {age for roster in self.rosters for age in roster.pids}
        missing = sorted(set(range(min(ages), max(ages))) - ages) if ages else []
        if missing and not gone:
            found.append(f"worker #{missing[0]} was forked, and is not on the record")
        for roster in self.rosters:
            found += roster.generation.master_code().reasons
        return list(dict.fromkeys(found))

    def notes(self):
        """What keeps its data from being proved (list of str)."""
        notes = [text for roster in self.rosters for text in roster.generation.master_code().notes]
        return list(dict.fromkeys(notes))
