"""One small project of the corpus."""

from __future__ import annotations

import os
from typing import NamedTuple

XDIST = "pytest-xdist>=3.8,<4"
PYTESTS = {
    "7.4": "pytest>=7.4,<7.5",
    "8.0": "pytest>=8.0,<8.1",
    "8.4": "pytest>=8.4,<8.5",
    "9.0": "pytest>=9.0,<9.1",
    "newest": "pytest>=9.1,<10",
}
OLD_AND_NEW = tuple(PYTESTS)
SETTINGS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


class Project(NamedTuple):
    """Files, how its tests are run, and what is edited between.

    `about` says what would go wrong. `command` is what is typed by hand; with `-n` pytest-xdist is
    installed. `packages`: what else pip installs. `edits`: (file, old text, new text) of each save; by default
    a comment at the end of the first test file. `varying`: first words of notes whose number xdist leaves open.
    `masked`: patterns of what differs from run to run in texts. `cancel`: a second run is
    cancelled in a test before each later one. `rerun`: the failed tests are run alone, too.
    """

    name: str
    about: str
    files: dict
    command: str = "pytest"
    packages: tuple = ()
    pytests: tuple = ("newest",)
    edits: tuple = ()
    varying: tuple = ()
    masked: tuple = ()
    env: tuple = ()  # (name, value)
    cancel: bool = True
    rerun: bool = False

    @property
    def words(self):
        return self.command.split(" ")

    @property
    def parallel(self):
        return any(word.startswith("-n") for word in self.words)

    @property
    def workers(self):
        number = next(
            (word.removeprefix("-n") for word in self.words if word.startswith("-n")), "1"
        )
        number = number or self.words[self.words.index("-n") + 1]
        return int(number) if number.isdigit() else os.cpu_count()

    @property
    def dist(self):
        """xdist's way of sharing out the tests."""
        return self.words[self.words.index("--dist") + 1] if "--dist" in self.words else "load"

    def requirements(self, version):
        xdist = (XDIST,) if self.parallel else ()
        return (PYTESTS[version], *xdist, *self.packages)

    def whole(self):
        """All its files, with settings that keep pytest from looking for them further up."""
        own = {} if any(name in self.files for name in SETTINGS) else {"pytest.ini": "[pytest]\n"}
        return {**own, **self.files}

    def changes(self):
        """The saves before the second and the third run, each (file, old, new)."""
        first = next(name for name in self.files if name.rpartition("/")[2].startswith("test"))
        plain = [(first, None, f"\n# save {number}\n") for number in (1, 2)]
        return [*self.edits, *plain[len(self.edits) :]]
