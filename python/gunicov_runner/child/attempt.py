"""One run of one test, merged from its reports."""

import time

from gunicov_runner.child.describe import describe, describe_skip, report_text


class Attempt:
    """The reports of one run of one test, merged into one outcome."""

    def __init__(self):
        self.outcome = "passed"
        self.message = self.place = ""
        self.reports = []
        self.started = self.ended = None
        self.xfail = None
        self.seconds = {"setup": 0.0, "teardown": 0.0}

    def add(self, report, cwd, root):
        """Take the next report: of setup, call or teardown, or xdist's on a worker's crash."""
        ended = getattr(report, "stop", None) or time.time()
        started = getattr(report, "start", None) or ended - getattr(report, "duration", 0)
        self.started = started if self.started is None else min(self.started, started)
        self.ended = ended if self.ended is None else max(self.ended, ended)
        if report.when in self.seconds:
            self.seconds[report.when] += getattr(report, "duration", 0) or 0
        if report.failed:
            self._failed(report, cwd, root)
        elif report.skipped and self.outcome == "passed":
            self._skipped(report, cwd, root)
        elif hasattr(report, "wasxfail") and self.outcome == "passed":
            self.xfail, self.message = "xpassed", describe_skip(report, cwd, root)[0]
        self.reports.append(report)

    def _failed(self, report, cwd, root):
        if self.outcome in ("failed", "error"):
            return
        fixture = report.when in ("setup", "teardown")
        self.xfail = None
        self.outcome = "error" if fixture else "failed"
        self.message, self.place = describe(report, cwd, root)

    def _skipped(self, report, cwd, root):
        self.outcome = "skipped"
        self.xfail = "xfailed" if hasattr(report, "wasxfail") else None
        self.message, self.place = describe_skip(report, cwd, root)

    def event(self, test):
        """Return the protocol's `test` event."""
        return {
            "event": "test",
            "test": test,
            "outcome": self.outcome,
            "ms": round((self.ended - self.started) * 1000, 3),
            "started": self.started,
            "ended": self.ended,
            "setup_ms": round(self.seconds["setup"] * 1000, 3),
            "teardown_ms": round(self.seconds["teardown"] * 1000, 3),
            "xfail": self.xfail,
            "message": self.message,
            "place": self.place,
            "output": "" if self.outcome == "passed" else report_text(self.reports),
        }
