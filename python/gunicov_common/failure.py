"""A failure of a request, as its answer tells it: an expected one, or a bug."""

import traceback

BUG = "This is a bug in gunicov: please report it (docs/troubleshooting.md, “Report a bug”)."
MOST_TEXT = 16_000  # characters of a traceback: its end


class Failure(Exception):
    """An expected failure: `kind` from the protocol, what happened, and what to do about it.

    `detail` (str or None) is what a program printed last.
    """

    def __init__(self, kind, message, fix="", detail=None):
        super().__init__(message)
        self.kind, self.message, self.fix, self.detail = kind, message, fix, detail

    def as_json(self):
        """Return the request's `error` (dict)."""
        fields = {"kind": self.kind, "message": self.message, "fix": self.fix}
        return fields if self.detail is None else {**fields, "detail": self.detail}


def bad(message):
    """Return the Failure of a request that does not follow the protocol."""
    return Failure("bad-request", message, BUG)


def internal(error):
    """Return the Failure of a bug: what it is and where, and the traceback to read."""
    last = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Failure("internal", last + place, BUG, text[-MOST_TEXT:])
