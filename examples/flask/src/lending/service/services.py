"""What the library does for whoever asks."""

from lending.domain.model import Refused, Title


class Unknown(Exception):
    """There is no such title."""


def add_title(uow, isbn, copies):
    with uow() as repository:
        repository.add(Title(isbn, copies))


def lend(uow, isbn, name):
    with uow() as repository:
        return find(repository, isbn).lend(repository.member(name))


def take_back(uow, isbn, name):
    with uow() as repository:
        following = find(repository, isbn).take_back(repository.member(name))
        return following.name if following else None


def block(uow, name):
    with uow() as repository:
        member = repository.member(name)
        if member.loans:
            raise Refused(f"{name} has books")
        member.blocked = True


def find(repository, isbn):
    title = repository.title(isbn)
    if title is None:
        raise Unknown(isbn)
    return title
