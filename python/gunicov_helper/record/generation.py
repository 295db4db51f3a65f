"""One generation of the hook's record (docs/protocol.md, section 5)."""

import contextlib
import os

from gunicov_helper.files import list_names, read_json
from gunicov_helper.record.children import Children
from gunicov_helper.record.master_code import MasterCode


def as_int(value):
    """An int of the record's, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


class Generation:
    """One `gen-…` directory of the record. Its files appear by rename, so each is read once."""

    def __init__(self, path, number):
        self.path, self.number = path, number
        self.read = {}
        self.settled = False  # every worker has saved or is gone: never looked at again
        self.children = Children(self)

    def join(self, *names):
        return os.path.join(self.path, *names)

    def manifest(self):
        return self.load("manifest.json")

    def fast_paths(self):
        """{fast path: why it was not used, None: it was} of the reload that began it."""
        return (self.manifest() or {}).get("fast_paths") or {}

    def load(self, *names):
        if names not in self.read:
            value = read_json(self.join(*names))
            if value is None:
                return None
            self.read[names] = value
        return self.read[names]

    def by_age(self, kind):
        """{age: object} of the workers' files in `kind` (booted, boot-error, saved, done)."""
        found = {}
        for name in list_names(self.join(kind)):
            age, _, ending = name.partition(".")
            value = self.load(kind, name) if ending == "json" and age.isdigit() else None
            if value is not None:
                found[int(age)] = value
        return found

    def forked(self):
        """{age: pid, or None where the worker has not written it yet}."""
        found = {}
        for name in list_names(self.join("forked")):
            if name.isdigit():
                found[int(name)] = self.forked_pid(name)
        return found

    def forked_pid(self, name):
        key = ("forked", name)
        if key not in self.read:
            try:
                with open(self.join(*key)) as file:
                    pid = as_int(file.read().strip() or None)
            except (OSError, ValueError):
                return None
            if pid is None:
                return None
            self.read[key] = pid
        return self.read[key]

    def served(self):
        return [name for name in list_names(self.join("served")) if name.isdigit()]

    def release(self):
        """Tell what gives way to the report of this one's data after a flush that it may go on."""
        with contextlib.suppress(OSError), open(self.join("collected"), "wb"):
            pass  # on a full disk it waits a little longer

    def data_files(self):
        """Paths of its complete data files, sorted: the workers', and those of the processes that these
        have started."""
        names = (name for name in list_names(self.path) if name.startswith(".coverage"))
        return sorted(self.join(name) for name in names) + self.children.files()

    def master_code(self):
        """The MasterCode of this generation."""
        return MasterCode(self.manifest() or {}, self.by_age("booted").values(), self.data_files())

    def directories(self):
        kinds = ("forked", "booted", "boot-error", "saved", "done")
        return [self.path] + [self.join(kind) for kind in kinds]
