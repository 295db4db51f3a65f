import pytest

from lending.domain.model import Member, Refused, Title


def test_a_title_needs_a_copy():
    with pytest.raises(Refused):
        Title("1", 0)


def test_a_blocked_member_gets_nothing():
    with pytest.raises(Refused):
        Title("1", 1).lend(Member("Ada", blocked=True))
