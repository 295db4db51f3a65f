"""Which broken source files would break the server: what its workers load, not what merely lies beside it."""

import os
import re

from gunicov_helper.files import read_bytes

RECENT = 2  # generations; one that has ended knows what was imported while serving as well


class Loaded:
    """What the workers have loaded, and whether a file of it is still asked for."""

    def __init__(self, session):
        self.session = session

    def holds_up(self, path, changed):
        """Whether a restart must wait until this broken file is fixed; `changed`: all files that are to be loaded.

        A module that nobody names any more is not imported again. What only will be imported, the boot error tells of;
        but such an error ends a server without gunicov's hook.
        """
        paths = self.paths()
        if path == self.session.record.master().get("user_config"):
            return True
        if not self.session.own:
            return is_in(path, paths) and self.is_named(path, {*paths, *changed})
        return not paths or self.is_named(path, {*paths, *changed})

    def paths(self):
        """Files (set of paths) that workers have loaded, of the last generations; of a server with a hook of its own:
        what has run at the last report."""
        if self.session.own:
            rows = self.session.collected.rows.values() if self.session.collected else ()
            return {row["path"] for row in rows if row["executed_lines"]}
        found = set()
        known = [one for one in self.session.record.generations() if one.by_age("booted")]
        for generation in known[-RECENT:]:
            for worker in generation.by_age("booted").values():
                found.update(worker.get("modules") or [])
            for worker in generation.by_age("saved").values():
                found.update(worker.get("hashes") or [])
        return found

    def is_named(self, path, users):
        """Whether the command line or one of these files has the module's name as a word."""
        folder, name = os.path.split(path)
        stem = os.path.basename(folder) if name == "__init__.py" else name[: -len(".py")]
        word = re.compile(rb"(?<!\w)" + re.escape(os.fsencode(stem)) + rb"(?!\w)")
        master = self.session.master
        words_of_master = [*master.argv, (master.environment or {}).get("GUNICORN_CMD_ARGS", "")]
        if any(word.search(os.fsencode(text)) for text in words_of_master):
            return True
        real = os.path.realpath(path)
        others = (one for one in users if one.endswith(".py") and os.path.realpath(one) != real)
        return any(word.search(read_bytes(one) or b"") for one in others)


def is_in(path, paths):
    return path in paths or os.path.realpath(path) in {os.path.realpath(one) for one in paths}
