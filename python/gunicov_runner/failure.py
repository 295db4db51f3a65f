"""Expected failures of a request."""


class Failure(Exception):
    """An expected failure of a request: `kind` from the protocol, and what to do about it.

    `output` is what the tests printed last, and becomes the answer's `detail`.
    """

    def __init__(self, kind, message, fix="", output=None):
        super().__init__(message)
        self.answer = {"kind": kind, "message": message, "fix": fix}
        if output is not None:
            self.answer["detail"] = output


def bad(message):
    """Return the Failure of a request that does not follow the protocol."""
    return Failure("bad-request", message)
