"""A generation that has ended, where no record tells of it."""

import os

from gunicov_helper.own_hook.data_directory import pids_in


def plural(count, noun):
    return "{} {}{}".format(count, noun, "" if count == 1 else "s")


class Closed:
    """A generation that has ended, where no record tells: who exited, and what they left."""

    def __init__(self, workers, data, since, ending, early=0, doubts=()):
        """`workers`: {(pid, start time): age}; `since`: when the code they ran was loaded; `ending`: the Ending
        of these; `early`: how many files were there, as they are now, that nobody who had ended by then can
        have left; `doubts`: why these need not be all workers."""
        self.since, self.ending, self.directory = since, ending, data.path
        self.count, self.damaged = len(workers), len(data.damaged())
        self.doubts = list(doubts)
        self.paths = [one.copy for one in data.whole()]
        self.lost = self.find_lost(workers, data)
        self.strangers = self.count_strangers(workers, data, early)

    def count_strangers(self, workers, data, early):
        """How many files are of processes that are no workers: by the pids in their names, else by number."""
        host = os.uname().nodename
        pids = {pid for pid, _ in workers}
        named = [pids_in(one.name, host) for one in data.whole()]
        if any(numbers & pids for numbers in named):
            return sum(not numbers & pids for numbers in named)
        return max(early, len(named) - self.count)

    def find_lost(self, workers, data):
        """Those whose pid no file has in its name. Empty where the names tell no pids."""
        host = os.uname().nodename
        named = {pid for one in data.whole() for pid in pids_in(one.name, host)}
        broken = {pid for one in data.damaged() for pid in pids_in(one.name, host)}
        if not named & {pid for pid, _ in workers}:
            return []
        return [
            {
                "age": age,
                "pid": key[0],
                "cause": "its data file is damaged" if key[0] in broken else self.ending.cause(key),
            }
            for key, age in sorted(workers.items(), key=lambda pair: pair[1])
            if key[0] not in named
        ]

    @property
    def written(self):
        return len(self.paths)

    @property
    def expected(self):
        return max(self.count, self.written - self.strangers + len(self.lost))

    def tally(self):
        files = plural(self.written, "data file")
        damaged = f" and {self.damaged} damaged" if self.damaged else ""
        return "{} exited, {}{}".format(plural(self.count, "worker"), files, damaged)

    def reasons(self):
        """Why the data is not whole, a line each. Empty: the numbers agree."""
        if self.written >= self.expected and not self.damaged and not self.strangers:
            return self.doubts
        reasons = [f"{self.tally()} in {self.directory}"]
        if self.strangers:
            reasons.append(
                f"{plural(self.strangers, 'data file')} of processes that are none of the workers seen: tests "
                "that are measured beside the server, child processes of the app, or workers that were replaced"
            )
        reasons += self.ending.reasons()
        if not self.written and not self.ending.deleted:
            reasons.append(f"is {self.directory} where the server's own hook writes its data?")
        return reasons + self.doubts

    def note(self):
        """What is to be said where the numbers agree (str), or None."""
        if self.reasons():
            return None
        return (
            f"unproven: {self.tally()}; the server's own hook wrote them, and whether they hold "
            "all that its workers ran is known to it alone"
        )
