"""An exception as text."""

import importlib
import os
import traceback

import gunicorn

from .own_files import is_own

MACHINERY = (
    os.path.dirname(importlib.__file__) + os.sep,
    os.path.dirname(gunicorn.__file__) + os.sep,
    "<frozen importlib",
)


def drop_machinery(report):
    """Leave out frames of the import system, gunicorn and gunicov's hook, in causes and contexts too."""
    seen = set()
    reports = [report]
    while reports:
        each = reports.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        kept = [
            frame
            for frame in each.stack
            if not frame.filename.startswith(MACHINERY)
            and not is_own(os.path.realpath(frame.filename))
        ]
        each.stack = traceback.StackSummary.from_list(kept)
        reports += [each.__cause__, each.__context__]


def format_failure(error):
    """The traceback of `error`, as text that can always be encoded."""
    report = traceback.TracebackException(type(error), error, error.__traceback__)
    drop_machinery(report)
    return "".join(report.format()).encode("utf-8", "backslashreplace").decode()
