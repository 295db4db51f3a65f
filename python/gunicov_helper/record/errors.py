"""What the hook could not put on disk: its lines in memory (docs/protocol.md, section 5)."""

import json
import os
import re

from gunicov_common.failure import Failure

from gunicov_helper.files import list_names

NAME = "/memfd:gunicov-errors"
SIZE_LIMIT = 1 << 20


class Errors:
    """The errors that the hook of one master has kept in memory, where no disk could take them."""

    def __init__(self, pid):
        self.pid = pid
        self.path = None

    def find(self):
        """Path of the file in /proc, or None: that master has not run the hook (or not yet)."""
        folder = f"/proc/{self.pid}/fd"
        for name in [] if self.path else list_names(folder):
            path = os.path.join(folder, name)
            try:
                if os.readlink(path).startswith(NAME):
                    self.path = path
            except OSError:
                continue  # closed meanwhile
        return self.path

    def lines(self):
        """All of them, oldest first (dicts)."""
        path = self.find()
        try:
            # Opened anew it has an offset of its own: the hook appends at the one that it shares.
            with open(path, "rb") as file:
                lines = file.read(SIZE_LIMIT).split(b"\n")
        except (OSError, TypeError):
            self.path = None
            return []
        return [line for line in map(as_object, lines) if line]

    def of_generation(self, since=0.0):
        """Why the newest reload since then (epoch seconds) made no generation; None: it made one."""
        found = [one for one in self.lines() if one.get("step") == "open_generation"]
        found = [one for one in found if isinstance(one.get("time"), (int, float))]
        return next((text(one) for one in reversed(found) if one["time"] >= since), None)

    def of_start(self, generation):
        """Why coverage.py has not started in a worker of that generation, or None: no disk is to blame."""
        found = [one for one in self.lines() if one.get("step") == "start_coverage"]
        found = [one for one in found if one.get("generation") == generation]
        said = str(found[-1].get("error") or "") if found else ""
        return said if said and "[Errno" not in said else None

    def of_worker(self, age):
        """Why a worker left no word of its data, or None."""
        steps = ("save_worker", "start_coverage")
        found = [one for one in self.lines() if one.get("age") == age and one.get("step") in steps]
        return text(found[-1]) if found else None

    def hide_requests(self, ages):
        """Whether one of these workers could not say that a request has come."""
        steps = ("count_request", "note_request")
        found = [one for one in self.lines() if one.get("step") in steps]
        return any(one.get("age") in ages for one in found)


def as_object(line):
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def text(line):
    """`OSError: [Errno 28] No space left on device: '/x'` as people read it: without what Python adds."""
    error = str(line.get("error") or "for a reason that was not said")
    return re.sub(r"^\w+: \[Errno \d+\] ([^:]+).*", r"\1", error, flags=re.DOTALL)


def removed(record):
    """The failure of a run whose record somebody else has removed."""
    return Failure(
        "coverage-dir",
        f"The record of this run has been removed from {os.path.dirname(record)}",
        "gunicov goes on by itself. Should it come again: what clears that directory? Set GUNICOV_DIR "
        "in the server's environment to another one.",
    )
