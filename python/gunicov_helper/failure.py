"""How an exception becomes the failure of a request, and failures that several requests share."""

import errno
import os

from gunicov_common.failure import Failure, internal

from gunicov_helper.files import within

# A full disk, one that can't be written, or a record that is removed under our hands.
NO_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT)
AGAIN = "Run the tests again (a on the screen): that writes new data files."
NO_FILES = (errno.EMFILE, errno.ENFILE)


class Cancelled(Exception):
    """Thrown into a request's generator when the client cancels it."""


def as_failure(error, record=()):
    """The Failure that tells of an exception. `record`: the directories that the record is in, where alone
    an error of the system's means that nothing can be recorded."""
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
    if isinstance(error, OSError) and error.errno in NO_PLACE and concerns(error, record):
        return no_place(os.fsdecode(error.filename), error.strerror)
    return internal(error)


def concerns(error, directories):
    """Whether an OSError is of a file in one of these directories, or of one of them."""
    path = error.filename
    return isinstance(path, (str, bytes)) and within(os.fsdecode(path), directories)


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
        f"{remedies.get(why, 'Fix that')}: gunicov goes on by itself then. Or set GUNICOV_DIR in the "
        "server's environment to another directory.",
    )


def denied(message):
    return Failure(
        "denied",
        message,
        f"gunicov's helper runs as uid {os.geteuid()} and must run as the user of the gunicorn master.",
    )
