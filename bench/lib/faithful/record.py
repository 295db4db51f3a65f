"""What a log says of each run."""

import re


class Record:
    """One run of pytest, from the events of all its processes."""

    def __init__(self, events, loadgroup):
        self.loadgroup = loadgroup
        for event in events:
            if event.get("test"):
                event["test"] = self.name(event["test"])
        self.cancelled = any(event["kind"] == "held" for event in events)
        self.reports = [e for e in events if e["kind"] == "report" and not e["who"]]
        self.warnings = [e for e in events if e["kind"] == "warning" and not e["who"]]
        self.exits = [(e["who"], e["status"]) for e in events if e["kind"] == "exit"]
        self.notes = [(e["who"], e["word"]) for e in events if e["kind"] == "note"]
        self.starts = [(e["who"], e["test"]) for e in events if e["kind"] == "start"]
        self.began = bool(self.starts or self.reports or self.exits)

    def name(self, test):
        """A test without the group that --dist loadgroup puts behind its name."""
        return re.sub(r"@[^\]@]*$", "", test) if self.loadgroup else test

    @property
    def status(self):
        """The exit code, of the controller where there are several."""
        return next((status for who, status in self.exits if not who), None)

    def outcomes(self):
        """{test: [outcome, first line of its message]}, in the words of gunicov's facts; the last one of a test counts."""
        found = {}
        for one in self.reports:
            test = one["test"]
            if one["when"] == "collect":
                if one["outcome"] == "failed":
                    found[test or "."] = ["error", ""]
                continue
            if one["when"] == "setup" or test not in found:
                found[test] = [None, ""]
            entry = found[test]
            if one["outcome"] == "failed" and entry[0] not in ("failed", "error"):
                lines = one["message"].splitlines()
                kind = "error" if one["when"] in ("setup", "teardown") else "failed"
                entry[:] = [kind, lines[0] if lines else ""]
            elif one["outcome"] == "skipped" and entry[0] is None:
                entry[:] = ["skipped", ""]
            elif one["outcome"] == "passed" and one["when"] == "call" and entry[0] is None:
                entry[:] = ["passed", ""]
        return {test: entry for test, entry in found.items() if entry[0]}


def records(side):
    """(runs in the order of their beginning, notes that are of no run)."""
    groups = {}
    for event in side.events():
        groups.setdefault(event["run"], []).append(event)
    loadgroup = side.project.parallel and side.project.dist == "loadgroup"
    every = [Record(events, loadgroup) for events in groups.values()]
    strays = [note for record in every if not record.began for note in record.notes]
    return [record for record in every if record.began], strays
