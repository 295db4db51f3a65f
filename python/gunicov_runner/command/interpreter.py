"""Programs on PATH, and which Python a console script runs on."""

import importlib
import importlib.machinery
import json
import os
import re
import shutil
import subprocess
import sys

from gunicov_common.failure import Failure

PROBE = 10.0  # seconds for another interpreter to say what it is


def find_program(name, cwd, environ):
    """Return the absolute path of the program `name`, as execvpe would find it in `cwd`.

    Raises Failure `no-command` where there is none that can be executed.
    """
    search = environ.get("PATH", os.defpath)
    if "/" in name:
        path = os.path.join(cwd, name)
        found = path if os.path.isfile(path) and os.access(path, os.X_OK) else None
        where = "is not an executable file" if os.path.exists(path) else "does not exist"
        where = f"{path} {where} where the tests run."
    else:
        places = os.pathsep.join(os.path.join(cwd, place) for place in search.split(os.pathsep))
        found = shutil.which(name, path=places) or in_environment(name, cwd, environ)
        where = f"There is no “{name}” on PATH where the tests run (PATH={search})."
    if found is None:
        raise Failure("no-command", where, command_fix(name))
    return os.path.abspath(found)


ENVIRONMENTS = (".venv", "venv", "env")
# What says where the environment of a project is, and the file by which one knows that it is asked.
MANAGERS = (("poetry.lock", ["poetry", "env", "info", "--path"]), ("Pipfile", ["pipenv", "--venv"]))


def in_environment(name, cwd, environ):
    """Return the program in the project's own virtual environment, for one that is not on PATH; or None.

    It is that of VIRTUAL_ENV, or the nearest in `cwd` or above it; poetry and pipenv are asked for theirs.
    """
    places = [environ["VIRTUAL_ENV"]] if environ.get("VIRTUAL_ENV") else []
    folder = cwd
    while True:
        places += [os.path.join(folder, each) for each in ENVIRONMENTS]
        if os.path.dirname(folder) == folder:
            break
        folder = os.path.dirname(folder)
    for place in places:
        path = os.path.join(place, "bin", name)
        marked = os.path.exists(os.path.join(place, "pyvenv.cfg"))
        if marked and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    for file, words in MANAGERS:
        if os.path.exists(os.path.join(cwd, file)) and shutil.which(
            words[0], path=environ.get("PATH")
        ):
            path = os.path.join(ask(words, cwd, environ).strip(), "bin", name)
            if os.path.isabs(path) and os.access(path, os.X_OK):
                return path
    return None


def command_fix(name):
    """Return what to do about a program that is not there."""
    if os.path.basename(name) in ("pytest", "py.test"):
        if importlib.machinery.PathFinder.find_spec("pytest", sys.path):
            return f'pytest is there as a module: let the command begin with "{sys.executable} -m pytest".'
        return f"Install it there: {sys.executable} -m pip install pytest pytest-xdist"
    return "Install it there, or set `command` under [tool.gunicov.tests] to one that exists."


def script_interpreter(path, cwd, environ):
    """Return the Python that runs the console script `path`, or None when it is no Python script.

    Knows `#!/path/python`, `#!/usr/bin/env python3`, the `#!/bin/sh` form that pip and uv write
    for long paths, and pyenv's shims. Raises Failure `no-command` when that Python is not there.
    """
    with open(path, "rb") as file:
        text = file.read(4096).decode("utf-8", "replace")
    if not text.startswith("#!"):
        return None
    lines = text[2:].splitlines()
    words = lines[0].split() or [""]
    name = os.path.basename(words[0])
    if name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        name = os.path.basename(words[0]) if words else ""
    if re.match(r"python|pypy", name):
        return interpreter_of(path, words[0], cwd, environ)
    if name in ("sh", "bash"):
        return shell_interpreter(path, lines[1:], cwd, environ)
    return None


def interpreter_of(script, name, cwd, environ):
    """Return the absolute path of the interpreter `name` that `script` asks for."""
    try:
        return find_program(name, cwd, environ)
    except Failure:
        raise Failure(
            "no-command",
            f"{script} runs on {name}, which is not there.",
            "Its virtual environment was moved or removed: make it again.",
        ) from None


def shell_interpreter(script, lines, cwd, environ):
    """Return the Python behind a shell script that only executes one, or None."""
    text = "\n".join(lines)
    long_path = re.match(r"""'''exec'\s+(?:"([^"$]+)"|'([^']+)'|([^\s"'$]+))\s""", text)
    if long_path:
        name = next(group for group in long_path.groups() if group)
        return interpreter_of(script, name, cwd, environ)
    beside = re.match(r"""'''exec'\s+"\$\(dirname .*\)"/'?([^\s']+)'?\s""", text)
    if beside:
        name = os.path.join(os.path.dirname(os.path.realpath(script)), beside.group(1))
        return interpreter_of(script, name, cwd, environ)
    shim = re.search(r'exec "([^"]*/pyenv)" exec', text)
    if shim:
        name = os.path.basename(script)
        real = ask([shim.group(1), "which", name], cwd, environ).strip()
        return script_interpreter(real, cwd, environ) if os.path.isfile(real) else None
    return None


def ask(words, cwd, environ):
    """Return what a short program prints; empty when it fails or takes too long."""
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def probe(interpreter, cwd, environ):
    """Return another interpreter's sys.executable, and whether it can import pytest."""
    text = (
        "import importlib.util as u, json, sys; "
        "print(json.dumps([sys.executable, u.find_spec('pytest') is not None]))"
    )
    try:
        name, found = json.loads(ask([interpreter, "-c", text], cwd, environ).splitlines()[-1])
    except (ValueError, IndexError):
        raise Failure(
            "no-command",
            f"{interpreter} does not run.",
            "Check that this Python works where the tests are.",
        ) from None
    return name or interpreter, found
