"""What coverage.py itself refused in the workers: its configuration, or to save."""

import errno
import os
import re

from gunicov_common.failure import Failure

from gunicov_helper.failure import no_place

# In coverage.py's order.
CONFIG_FILES = (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml")
# Reasons that lie in the directory of the record, in the words of the system and of SQLite.
PLACE = [os.strerror(number) for number in range(1, max(errno.errorcode) + 1)] + [
    "database",
    "disk",
]


def not_started(text, cwd):
    """The Failure of workers in which coverage.py does not start; `text` is its error in one line or more."""
    said = " ".join(text.split())
    kind, _, reason = said.partition(": ")
    named = re.match(r"Couldn't read config file (.+?): (.+)", reason)
    path, reason = named.groups() if named else (None, reason)
    path, line = place_of(path, reason, cwd)
    where = ":".join(str(part) for part in (path, line) if part)
    if kind.endswith("ConfigError"):
        message = f"coverage.py refuses its configuration: {reason}"
    else:
        message = f"coverage.py does not start in the workers: {said}"
    return Failure(
        "coverage-config",
        f"{where}: {message}" if where and kind.endswith("ConfigError") else message,
        f"Correct {path or 'its configuration'}; the next restart of the workers reads it again.",
    )


def place_of(path, reason, cwd):
    """(file, line) of a complaint, as far as it tells of them or the files do; each may be None."""
    names = [path] if path else CONFIG_FILES
    paths = [os.path.join(cwd, name) for name in names if os.path.isfile(os.path.join(cwd, name))]
    match = re.search(r"\bline:?\s+(\d+)", reason)
    if match and paths:
        return paths[0], int(match.group(1))
    option = re.search(r"\]\.(\w+)", reason)
    value = re.search(r": (\S+)$", reason)
    for each in paths:
        with open(each, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if option and re.match(rf"\s*{option.group(1)}\b", line):
                    return each, number
                if not option and value and line.rstrip().endswith(value.group(1)):
                    return each, number
    return (paths[0] if path and paths else None), None


def not_saved(text, folder):
    """The Failure of workers that could not save; `text` is the last line of their error."""
    if any(reason.lower() in text.lower() for reason in PLACE):
        return no_place(folder, text)
    fix = "Correct coverage's configuration, or what it names."
    if text.startswith("UnicodeEncodeError"):
        fix = "Rename that file, or leave it out: `omit` in coverage's configuration."
    return Failure("coverage-error", f"coverage.py could not save: {text}", fix)
