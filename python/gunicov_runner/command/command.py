"""What a test command is: pytest on which Python, or any other program."""

import importlib
import importlib.machinery
import os
import re
import shlex
import sys

from gunicov_common.failure import Failure

from gunicov_runner.command.interpreter import find_program, probe, script_interpreter
from gunicov_runner.warm.fits import STARTED


class Command:
    """A test command as it will run: `program` is the file, `interpreter` its Python or None.

    `arguments` are pytest's own when `pytest` is true, `script` the path that it would see in
    sys.argv[0], and `first` the directory that Python would put first on sys.path. `executable` is
    what sys.executable would be there: another name for `interpreter`, perhaps.
    """

    def __init__(self, words, cwd, environ):
        self.words, self.cwd, self.environ = words, cwd, environ
        self.program = find_program(words[0], cwd, environ)
        self.interpreter = self.executable = None
        self.arguments = []
        self.script = self.program
        self.first = None
        self.junit = []  # paths or patterns of the reports that it writes
        name = os.path.basename(words[0])
        if name in ("pytest", "py.test"):
            self._console_script()
        elif re.fullmatch(r"(?:python|pypy)[\d.]*", name):
            self._module()

    @property
    def pytest(self):
        """True when the command runs pytest on an interpreter that we know."""
        return self.interpreter is not None

    def _console_script(self):
        self.arguments = self.words[1:]
        self.first = os.path.dirname(os.path.realpath(self.program))
        interpreter = script_interpreter(self.program, self.cwd, self.environ)
        if interpreter is not None:
            self.interpreter = self._with_pytest(interpreter)

    def _module(self):
        words = self.words[1:]
        while words and words[0] in ("-u", "-B"):  # they change nothing here
            words = words[1:]
        if words[:1] == ["-m"] and words[1:2] in (["pytest"], ["py.test"]):
            self.arguments = words[2:]
            self.first = self.cwd
            self.interpreter = self._with_pytest(self.program)

    def import_path(self):
        """Return sys.path as the command's own process would have it."""
        own = split_path(STARTED.get("PYTHONPATH", ""), os.getcwd())
        rest = [entry for entry in sys.path if entry not in own]
        asked = split_path(self.environ.get("PYTHONPATH", ""), self.cwd)
        first = [] if self.environ.get("PYTHONSAFEPATH") else [self.first]
        return first + asked + rest

    def _with_pytest(self, interpreter):
        """Return the interpreter's own name for itself; it must be able to import pytest."""
        self.executable = interpreter
        if same_program(interpreter, sys.executable):
            found = importlib.machinery.PathFinder.find_spec("pytest", self.import_path())
            name, found = sys.executable, found is not None
        else:
            name, found = probe(interpreter, self.cwd, self.environ)
            self.executable = name
        if not found:
            raise Failure(
                "no-command",
                f"{name} cannot import pytest, so “{shlex.join(self.words)}” cannot run.",
                f"Install it there: {name} -m pip install pytest pytest-xdist",
            )
        return name


def split_path(value, cwd):
    """Return the absolute directories of a PYTHONPATH."""
    return [os.path.join(cwd, entry) for entry in value.split(os.pathsep) if entry]


def same_program(one, other):
    """Tell whether two paths are one interpreter: links inside a directory, never across venvs."""
    home, real = os.path.dirname, os.path.realpath
    return real(home(one)) == real(home(other)) and real(one) == real(other)
