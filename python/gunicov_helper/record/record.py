"""A master's record directory."""

import contextlib
import json
import os
import re
import stat

from gunicov_common.failure import Failure
from gunicov_common.fingerprint import fingerprint

from gunicov_helper.files import list_names, read_json
from gunicov_helper.record.errors import removed
from gunicov_helper.record.generation import Generation, as_int


class Record:
    """A master's record directory (docs/protocol.md, section 5)."""

    NAME = re.compile(r"gen-(\d+)")

    def __init__(self, path):
        self.path = path
        self.known = {}

    def exists(self):
        return os.path.exists(os.path.join(self.path, "master.json"))

    def verify(self, uids):
        """Raise Failure `denied` unless it is a real directory of one of these users.

        What it says is acted on (an interpreter's path, for one): nobody else may write it.
        """
        try:
            about = os.lstat(self.path)
        except FileNotFoundError:
            raise removed(self.path) from None
        if not stat.S_ISDIR(about.st_mode) or about.st_uid not in uids or about.st_mode & 0o002:
            raise Failure(
                "denied",
                f"{self.path} is not a private directory of the server's user",
                "Remove it, or set GUNICOV_DIR in the server's environment to another directory.",
            )

    def master(self):
        return read_json(os.path.join(self.path, "master.json")) or {}

    def config_error(self):
        error = read_json(os.path.join(self.path, "config-error.json"))
        return None if error is None else str(error.get("traceback", ""))

    def say(self, word, off):
        """Leave a word for the next reload: "flush", or "restart" where nobody wants older data. In it: the fast paths
        that are switched off (their names)."""
        path = os.path.join(self.path, word)
        unfinished = os.path.join(self.path, f".{word}.tmp")
        with contextlib.suppress(OSError):  # on a full disk it goes without
            with open(unfinished, "w", encoding="utf-8") as file:
                json.dump({"off": off}, file)
            os.replace(unfinished, path)

    def stale_library(self):
        """The file (path) of a library that has changed since the master imported it, or None."""
        libraries = self.master().get("libraries") or {}
        return next((path for path, known in libraries.items() if fingerprint(path) != known), None)

    def refuse_stale(self):
        """Raise Failure `stale` where a reload would bring an older library than is installed."""
        path = self.stale_library()
        if path is not None:
            raise Failure(
                "stale",
                f"{path} has changed since gunicorn's master imported it: a reload runs the old one",
                "Start the server again, with R where gunicov has started it. (`server.preload = false` in "
                "gunicov's configuration keeps libraries out of the master; each restart then takes longer.)",
            )

    def generations(self):
        """Those that the master has begun (they have a manifest), oldest first."""
        found = {}
        for name in list_names(self.path):
            match = self.NAME.fullmatch(name)
            if match:
                number = int(match.group(1))
                found[number] = self.known.get(number) or Generation(
                    os.path.join(self.path, name), number
                )
        self.known = found
        return [found[number] for number in sorted(found) if found[number].manifest()]

    def get(self, number):
        return next((one for one in self.generations() if one.number == number), None)

    def between(self, first, last):
        """The generations of these numbers, both included, as far as they are there; oldest first."""
        return [one for one in self.generations() if first <= one.number <= last]

    def workers(self, generation):
        """How many workers a generation is to have."""
        settings = (generation.manifest() or {}).get("settings")
        configured = settings.get("workers") if isinstance(settings, dict) else None
        return as_int(configured) or as_int(self.master().get("workers")) or 1


def no_hook(kept_out=None):
    """`kept_out`: (what keeps the hook out, the way out), where it is named."""
    message = "the gunicorn master does not run gunicov's hook"
    own = (
        'where a hook of its own writes coverage data, name its directory: coverage_dir = "…" under '
        "[tool.gunicov.server]."
    )
    if kept_out:
        return Failure("no-hook", f"{message}: {kept_out[0]}", f"{kept_out[1]} Or, {own}")
    return Failure(
        "no-hook",
        message,
        "Start gunicorn with gunicov's hook as its config: GUNICORN_CMD_ARGS='-c …/gunicov_hook.py' in its "
        "environment, or -c python:gunicov_hook where the package gunicov-hook is installed. "
        f"Or, {own}",
    )
