"""Copies of books, who has them, and who waits for one."""

from dataclasses import dataclass, field

LIMIT = 3


class Refused(Exception):
    """A loan or a return that the library's rules do not allow."""


@dataclass
class Member:
    name: str
    blocked: bool = False
    loans: set = field(default_factory=set)


class Title:
    """A book of which the library has some copies."""

    def __init__(self, isbn, copies):
        if copies < 1:
            raise Refused(f"{isbn} needs at least one copy")
        self.isbn = isbn
        self.copies = copies
        self.waiting = []

    def lend(self, member):
        """Gives the member a copy, or a place in the queue. Returns whether it was a copy."""
        if member.blocked:
            raise Refused(f"{member.name} may not borrow")
        if self.isbn in member.loans:
            raise Refused(f"{member.name} has {self.isbn} already")
        if len(member.loans) >= LIMIT:
            raise Refused(f"{member.name} has {LIMIT} books")
        if self.copies == 0:
            self.waiting.append(member)
            return False
        self.copies -= 1
        member.loans.add(self.isbn)
        return True

    def take_back(self, member):
        """Returns the next member who gets this copy, or None."""
        if self.isbn not in member.loans:
            raise Refused(f"{member.name} does not have {self.isbn}")
        member.loans.remove(self.isbn)
        if not self.waiting:
            self.copies += 1
            return None
        following = self.waiting.pop(0)
        following.loans.add(self.isbn)
        return following
