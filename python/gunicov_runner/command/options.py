"""Whether pytest knows a command's options: asked before the server is restarted for it."""

import importlib.machinery
import os
import re
import shlex
import subprocess
import sys

from gunicov_runner.complaint import XDIST_OPTIONS, usage

# Options of pytest alone: a command that has no others needs no look.
KNOWN = re.compile(
    r"-[qvxslkmprW]\S*|-h|-rA|--(?:tb|maxfail|exitfirst|verbose|quiet|capture|color|durations|lf|last-failed|ff|"
    r"failed-first|nf|new-first|sw|stepwise|deselect|ignore|ignore-glob|strict|strict-markers|strict-config|"
    r"rootdir|confcutdir|import-mode|no-header|no-summary|junitxml|show-capture|override-ini|basetemp)(?:=.*)?",
    re.DOTALL,
)
CHECK_SECONDS = 20.0
# Commands that pytest has been asked about, and knows.
good = set()


def refuse_unknown(command):
    """Raise the Failure of an option that pytest does not know, where the command may have one.

    pytest is asked without the project's conftest files, and only where it then refuses, with them.
    """
    words = command.arguments + added(command.environ)
    options = [word for word in words if word.startswith("-")]
    if has_xdist(command):
        options = [word for word in options if not re.fullmatch(XDIST_OPTIONS, word)]
    if all(KNOWN.fullmatch(word) for word in options):
        return
    asked = (command.cwd, *words, os.pathsep, *command.import_path())
    if asked in good:
        return
    for more in (["--noconftest"], []):
        refusal = ask(command, more)
        if refusal is None:
            good.add(asked)
            return
    raise usage(refusal)


def added(environ):
    """The words that pytest takes from its environment."""
    try:
        return shlex.split(environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        return []  # the run will tell


def has_xdist(command):
    if "no:xdist" in " ".join(command.arguments):
        return False
    return importlib.machinery.PathFinder.find_spec("xdist", command.import_path()) is not None


def ask(command, more):
    """What pytest says of an option that it does not know, or None."""
    argv = [sys.executable, "-m", "pytest", *more, "--markers", *command.arguments]
    try:
        done = subprocess.run(
            argv,
            check=False,
            cwd=command.cwd,
            env=command.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=CHECK_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None  # the run will tell
    output = done.stdout.decode("utf-8", "replace")
    refused = done.returncode == 4 and re.search(r"\berror: .*argument", output)
    return output if refused else None
