"""The fields of a request, each with its shape (docs/protocol.md, section 4)."""

import collections
import os

from gunicov_common.failure import Failure, bad
from gunicov_common.lines import is_word

from gunicov_runner.command.command import Command
from gunicov_runner.warm.fits import STARTED

GRACE = 10.0  # seconds in which tests end by themselves after an interrupt: fixtures are torn down in it

# What a request `run` asks for. `hold`: wait before the first test until `go`; `warm`: false: a new interpreter;
# `failed_first`: files with tests that failed lately go first.
Wanted = collections.namedtuple("Wanted", "command select timeout grace hold warm failed_first")


class Field:
    """Reads the fields of a request; each raises Failure `bad-request` on a wrong type."""

    def __init__(self, request):
        self.request = request

    def words(self, name, required):
        """Return a list of strings without NUL."""
        value = self.request.get(name, None if required else [])
        if value is None and not required:
            value = []
        good = isinstance(value, list) and all(is_word(word) for word in value)
        if not good or (required and not (value and value[0])):
            raise bad(f"{name} must be a list of strings")
        return value

    def directory(self):
        """Return the absolute `cwd`; the runner's own when there is none."""
        value = self.request.get("cwd") or os.getcwd()
        if not is_word(value):
            raise bad("cwd must be a string")
        if not os.path.isdir(value):
            raise Failure(
                "config",
                f"The tests' directory {value} is not there where the tests run.",
                "Make it, or set another cwd under [tool.gunicov.tests].",
            )
        return os.path.abspath(value)

    def environ(self):
        """Return the whole environment of the run: ours, with `env` on top (null removes)."""
        value = self.request.get("env")
        value = {} if value is None else value
        if not isinstance(value, dict):
            raise bad("env must be an object")
        for name, text in value.items():
            if not is_word(name) or not name or "=" in name:
                raise bad("env has a name that no environment can have")
            if text is not None and not is_word(text):
                raise bad(f"env {name} must be a string or null")
        merged = {**STARTED, **value}
        return {name: text for name, text in merged.items() if text is not None}

    def seconds(self, name, default):
        """Return a number of seconds."""
        value = self.request.get(name)
        if value is None:
            return default
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 < value < 1e7:
            raise bad(f"{name} must be a positive number of seconds")
        return float(value)

    def flag(self, name, default):
        """Return a boolean."""
        value = self.request.get(name)
        if value is not None and not isinstance(value, bool):
            raise bad(f"{name} must be true or false")
        return default if value is None else value

    def wanted(self):
        """Return the Wanted of a run."""
        order = self.request.get("order")
        if order not in (None, "pytest", "failed-first"):
            raise bad("order must be pytest or failed-first")
        return Wanted(
            command=self.command(),
            select=self.words("select", False),
            timeout=self.seconds("timeout", None),
            grace=self.seconds("grace", GRACE),
            hold=self.flag("hold", False),
            warm=self.flag("warm", True),
            failed_first=order == "failed-first",
        )

    def command(self):
        """Return the Command that the request names."""
        command = Command(self.words("command", True), self.directory(), self.environ())
        command.junit = self.words("junit", False)
        return command
