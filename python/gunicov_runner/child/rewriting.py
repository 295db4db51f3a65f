"""Which modules pytest is asked to import itself, because it rewrites their assertions."""

import functools

import pytest

ASKED = set()  # names of modules


def note_what_is_asked():
    """Have `pytest.register_assert_rewrite` note in ASKED what plugins and conftest.py files name."""
    register = pytest.register_assert_rewrite

    @functools.wraps(register)
    def noted(*names):
        ASKED.update(names)
        return register(*names)

    pytest.register_assert_rewrite = noted
