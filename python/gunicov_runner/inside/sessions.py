"""The pytest sessions in a command that is not pytest, told apart and put together."""

from gunicov_runner.results.result import Names


class Sessions:
    """What the sessions of one command say, as if it were one run."""

    def __init__(self):
        self.totals = {}  # session -> how many tests it has collected
        self.names = {}  # (session, test) -> the name under which it is reported
        self.taken = Names()
        self.open = set()  # sessions that have begun and not finished

    def take(self, event, session):
        """Return the event with a name and a total that hold for all sessions."""
        kind = event["event"]
        if kind == "finish":
            self.open.discard(session)
        else:
            self.open.add(session)
        if kind == "total":
            self.totals[session] = event["total"] or 0
            return {**event, "total": self.total}
        if kind in ("start", "test"):
            return {**event, "test": self.name(session, event["test"])}
        return event

    @property
    def seen(self):
        """Whether there was one."""
        return bool(self.totals)

    @property
    def total(self):
        return sum(self.totals.values())

    def name(self, session, test):
        """Return the test's name; where another session has one of the same, with a number."""
        key = (session, test)
        if key not in self.names:
            self.names[key] = self.taken.unique(test)
        return self.names[key]
