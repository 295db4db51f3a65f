"""Titles and members, kept in a file that all workers share."""

import contextlib
import fcntl
import os
import pickle
import tempfile

from lending.domain.model import Member

PLACE = os.environ.get("LENDING_DATA", os.path.join(tempfile.gettempdir(), "lending.pickle"))


class Repository:
    def __init__(self, titles=None, members=None):
        self.titles = titles or {}
        self.members = members or {}

    def title(self, isbn):
        return self.titles.get(isbn)

    def member(self, name):
        return self.members.setdefault(name, Member(name))

    def add(self, title):
        self.titles[title.isbn] = title


@contextlib.contextmanager
def unit_of_work(place=PLACE):
    """A repository that is kept if the block ends well, and forgotten if it raises."""
    with open(f"{place}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with open(place, "rb") as file:
                repository = pickle.load(file)
        except FileNotFoundError:
            repository = Repository()
        yield repository
        with open(place, "wb") as file:
            pickle.dump(repository, file)
