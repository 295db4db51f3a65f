"""Other ways to write tests."""

from ...project import Project

BDD = {
    "shop.feature": """\
Feature: Shop
    Scenario: Buying
        Given a basket
        When I add 2 apples
        Then it has 2 things

    Scenario Outline: More
        Given a basket
        When I add <n> apples
        Then it has 3 things
        Examples:
        | n |
        | 3 |
        | 4 |
""",
    "test_shop.py": """\
from pytest_bdd import given, parsers, scenarios, then, when
from note import note
scenarios("shop.feature")

@given("a basket", target_fixture="basket")
def basket(): note("basket"); return []

@when(parsers.parse("I add {n:d} apples"))
def add(basket, n): basket.extend("a" * n)

@then(parsers.parse("it has {n:d} things"))
def count(basket, n): assert len(basket) == n
""",
}
BDD_EDITS = (("shop.feature", "| 4 |", "| 5 |"), ("shop.feature", "| 5 |", "| 3 |"))
SUBTESTS = {
    "test_sub.py": """\
import unittest
from note import note

def test_many(subtests):
    for n in range(3):
        with subtests.test(msg="number", n=n):
            note(n)
            assert n != 1

class Test(unittest.TestCase):
    def test_sub(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 2)

def test_plain(): pass
"""
}
CHECK = {
    "test_check.py": """\
from pytest_check import check

def test_two_failures():
    with check: assert 1 == 2
    with check: assert 3 == 4
    check.equal(1, 1)

def test_good(): check.is_true(True)
"""
}
CASES = {
    "test_cases.py": """\
from pytest_cases import parametrize_with_cases, fixture

def case_one(): return 1
def case_two(): return 2

@parametrize_with_cases("n", cases=".")
def test_n(n): assert n == 1
"""
}
LAZY = {
    "test_lazy.py": """\
import pytest
from pytest_lazy_fixtures import lf

@pytest.fixture
def one(): return 1

@pytest.mark.parametrize("n", [lf("one"), 2])
def test_n(n): assert n == 1
"""
}

PROJECTS = [
    Project(
        "bdd",
        "scenarios",
        BDD,
        packages=("pytest-bdd>=8.1,<9",),
        edits=BDD_EDITS,
        pytests=("8.4",),
        rerun=True,
    ),
    Project(
        "bdd xdist",
        "scenarios",
        BDD,
        "pytest -n 2",
        ("pytest-bdd>=8.1,<9",),
        edits=BDD_EDITS,
        pytests=("8.4",),
        rerun=True,
    ),
    Project("subtests", "pytest's own", SUBTESTS, pytests=("9.0", "newest"), rerun=True),
    Project("subtests xdist", "pytest's own", SUBTESTS, "pytest -n 2", pytests=("9.0", "newest")),
    Project(
        "subtests plugin",
        "before pytest 9",
        SUBTESTS,
        packages=("pytest-subtests>=0.13,<1",),
        pytests=("7.4", "8.4"),
    ),
    Project(
        "subtests plugin xdist",
        "before pytest 9",
        SUBTESTS,
        "pytest -n 2",
        ("pytest-subtests>=0.13,<1",),
        pytests=("8.4",),
    ),
    Project("check", "several failures of a test", CHECK, packages=("pytest-check>=2.6,<4",)),
    Project(
        "cases",
        "parameters from functions",
        CASES,
        packages=("pytest-cases>=3.9,<4",),
        pytests=("8.4",),
    ),
    Project(
        "lazy fixtures", "fixtures as parameters", LAZY, packages=("pytest-lazy-fixtures>=1.4,<2",)
    ),
]
