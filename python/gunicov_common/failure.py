"""An expected failure of a request, as its answer tells it."""


class Failure(Exception):
    """An expected failure: `kind` from the protocol, what happened, and what to do about it.

    `detail` (str or None) is what a program printed last.
    """

    def __init__(self, kind, message, fix="", detail=None):
        super().__init__(message)
        self.kind, self.message, self.fix, self.detail = kind, message, fix, detail

    def as_json(self):
        """Return the request's `error` (dict)."""
        told = {"kind": self.kind, "message": self.message, "fix": self.fix}
        return told if self.detail is None else {**told, "detail": self.detail}


def bad(message):
    """Return the Failure of a request that does not follow the protocol."""
    return Failure("bad-request", message)
