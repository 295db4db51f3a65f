"""One result as the protocol's `test` event."""

from gunicov_runner.limits import MAX_MESSAGE
from gunicov_runner.text import cap, first_line


def result(test, outcome, message="", output="", ms=0.0, place="", xfail=None):
    """Return the event without its times."""
    return {
        "event": "test",
        "test": cap(test),
        "outcome": outcome,
        "ms": ms,
        "setup_ms": 0,
        "teardown_ms": 0,
        "xfail": xfail,
        "message": first_line(message)[:MAX_MESSAGE],
        "place": place,
        "output": "" if outcome == "passed" else cap(output),
    }


class Names:
    """Names of tests, each once."""

    def __init__(self):
        self.taken = {}

    def unique(self, name):
        count = self.taken[name] = self.taken.get(name, 0) + 1
        return name if count == 1 else f"{name} ({count})"
