"""How an exception is told as the failure of a request, and failures that several requests share."""

import errno
import os
import traceback

from gunicov_common.failure import Failure

# A full disk, one that can't be written, or a record that is removed under our hands.
NO_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT)
NO_FILES = (errno.EMFILE, errno.ENFILE)


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
    if isinstance(error, OSError) and error.errno in NO_FILES:
        return Failure(
            "limit",
            f"{error.strerror}, where the server runs",
            "Raise the limit of open files there (ulimit -n), and start gunicov again.",
        )
    if isinstance(error, OSError) and error.errno in NO_PLACE:
        return no_place(error.filename, error.strerror)
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Failure("internal", text, "This is a bug in gunicov: please report it.")


def no_place(where, why):
    """Failure `coverage-dir`: nothing can be recorded there. `why` is the system's text."""
    remedies = {
        os.strerror(errno.ENOSPC): "Make room there",
        os.strerror(errno.EDQUOT): "Make room there",
        os.strerror(errno.EROFS): "Mount it writable",
        os.strerror(errno.EACCES): "Let the server's user write there",
    }
    return Failure(
        "coverage-dir",
        f"Nothing can be recorded in {where}: {why}",
        f"{remedies.get(why, 'Mend that')}: gunicov goes on by itself then. Or set GUNICOV_DIR in the "
        "server's environment to another directory.",
    )


def denied(message):
    return Failure(
        "denied",
        message,
        f"gunicov's helper runs as uid {os.geteuid()} and must run as the user of the gunicorn master.",
    )
