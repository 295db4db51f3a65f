"""Where a failure is for the user: the last line of their own that led to it."""

import os
import re

from gunicov_runner.installed import is_others

FRAME = re.compile(r'File "([^"\n]+)", line (\d+)')


def relative(path, cwd):
    """Return `path` relative to `cwd` where it is inside, else absolute."""
    path = os.path.normpath(os.path.join(cwd, str(path)))
    return path[len(cwd) + 1 :] if path.startswith(cwd.rstrip("/") + "/") else path


def own(path, cwd):
    """Return the path of a file of the project's from `cwd`; None for any other one.

    What is installed is not the project's though its environment lies in it, nor is code that is in no
    file (`<frozen os>`, `<string>`).
    """
    if str(path).startswith("<"):
        return None
    inside = relative(path, cwd)
    if os.path.isabs(inside):
        return None
    whole = f"{cwd.rstrip('/')}/{inside}"
    return None if is_others(whole) else inside


def last_own(frames, cwd):
    """Return the last of (path, line) that is the project's as `path:line`, or an empty text."""
    for path, line in reversed(frames):
        inside = own(path, cwd)
        if inside is not None:
            return f"{inside}:{line}"
    return ""


def frames_of(longrepr):
    """Return [(path, line)] of a pytest traceback, in whichever style it was made."""
    found = []
    for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", []):
        place = getattr(entry, "reprfileloc", None)
        if place is not None:
            found.append((place.path, place.lineno))
        else:  # --tb=native
            found += FRAME.findall("\n".join(getattr(entry, "lines", [])))
    return found
