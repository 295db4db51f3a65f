"""The fields of a request, each with its shape (docs/protocol.md, section 4)."""

import json
import os

from gunicov_runner.command.command import Command
from gunicov_runner.failure import bad
from gunicov_runner.limits import MAX_LINE


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
        if not is_word(value) or not os.path.isdir(value):
            raise bad(f"cwd {value!r} is not a directory where the tests run")
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
        merged = {**os.environ, **value}
        merged["PYTHONDONTWRITEBYTECODE"] = "1"
        return {name: text for name, text in merged.items() if text is not None}

    def timeout(self):
        """Return the time limit in seconds, or None."""
        value = self.request.get("timeout")
        if value is None:
            return None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 < value < 1e7:
            raise bad("timeout must be a positive number of seconds")
        return float(value)

    def command(self):
        """Return the Command that the request names."""
        command = Command(self.words("command", True), self.directory(), self.environ())
        command.junit = self.words("junit", False)
        return command


def is_word(value):
    """Tell whether `value` can be an argument or an environment string."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def parse(line):
    """Return a request line as an object. Raises Failure `bad-request`."""
    if line is None:
        raise bad(f"a line is longer than {MAX_LINE} bytes")
    try:
        request = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as failure:
        raise bad(f"not a line of JSON: {failure}"[:200]) from None
    if not isinstance(request, dict):
        raise bad("a request is an object")
    number = request.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise bad("id must be a positive integer")
    return request
