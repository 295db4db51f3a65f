"""What goes wrong: expected failures, which become the answer `error` of a request."""

import os
import traceback


class Failure(Exception):
    """An expected failure: becomes the request's `error` (kind, message, fix)."""

    def __init__(self, kind, message, fix=""):
        super().__init__(message)
        self.kind, self.message, self.fix = kind, message, fix

    def as_json(self):
        return {"kind": self.kind, "message": self.message, "fix": self.fix}


class Cancelled(Exception):
    """Thrown into a request's generator when the client cancels it."""


def as_failure(error):
    """The Failure that tells of an exception."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, (Cancelled, StopIteration)):
        return Failure("cancelled", "cancelled")
    if isinstance(error, PermissionError):
        return denied(str(error))
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Failure("internal", text, "This is a bug in gunicov: please report it.")


def denied(message):
    return Failure(
        "denied",
        message,
        f"gunicov's helper runs as uid {os.geteuid()} and must run as the user of the gunicorn master.",
    )
