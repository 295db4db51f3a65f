"""Which tests run, in which order, and how often."""

from ...project import Project

FILES = {
    f"test_{name}.py": """\
import pytest, random
from note import note

@pytest.mark.parametrize("n", range(4))
def test_many(n): note(f"{__name__} {n} {random.random()}")

def test_second(): assert random.random() > 2
"""
    for name in "ab"
}
ORDER = {
    "test_a.py": """\
import pytest

@pytest.mark.order(3)
def test_last(): pass

@pytest.mark.order("first")
def test_first(): pass

@pytest.mark.order(after="test_first")
def test_after(): assert 0
""",
}
REPEAT = {
    "test_a.py": """\
import pytest
from note import note

@pytest.fixture(scope="module")
def module(): note("module")

@pytest.mark.repeat(3)
def test_three(module): note("three")
def test_one(): note("one")
"""
}
RERUN = {
    "conftest.py": """\
import pytest
from note import note

@pytest.fixture
def row():
    note("row")
    yield
    note("row away")
""",
    "test_a.py": """\
import pytest
TRIES = []

def test_at_last(row):
    TRIES.append(1)
    assert len(TRIES) == 3

@pytest.mark.flaky(reruns=1, reruns_delay=0)
def test_never(row): raise OSError("never")

def test_good(): pass
""",
}
DEPENDENCY = {
    "test_a.py": """\
import pytest

@pytest.mark.dependency()
def test_a(): assert 0

@pytest.mark.dependency(depends=["test_a"])
def test_b(): pass

@pytest.mark.dependency()
def test_c(): pass
"""
}
TESTMON = {
    "shop.py": "def price(): return 3\ndef name(): return 'x'\n",
    "test_a.py": "import shop\ndef test_price(): assert shop.price() == 3\ndef test_name(): assert shop.name() == 'x'\n",
    "test_b.py": "def test_alone(): pass\n",
}
TESTMON_EDITS = (("shop.py", "return 3", "return 4"), ("shop.py", "return 4", "return 3"))

PROJECTS = [
    Project(
        "randomly",
        "a seed that is given",
        FILES,
        "pytest --randomly-seed=7",
        ("pytest-randomly>=4,<6",),
        rerun=True,
    ),
    Project(
        "randomly last",
        "the seed of the run before",
        FILES,
        "pytest --randomly-seed=last --randomly-dont-reorganize",
        ("pytest-randomly>=4,<6",),
        masked=(r"0\.\d{5,}", r"\"?randomly_seed\"?:? ?\d+", r"\b\d{9,10}\b"),
    ),
    Project(
        "randomly xdist",
        "one seed for all workers",
        FILES,
        "pytest -n 2 --randomly-seed=7",
        ("pytest-randomly>=4,<6",),
    ),
    Project("order", "by marks", ORDER, packages=("pytest-order>=1.3,<2",)),
    Project("repeat", "by marks", REPEAT, packages=("pytest-repeat>=0.9.4,<1",)),
    Project(
        "rerun",
        "failures are tried again",
        RERUN,
        "pytest --reruns 2",
        ("pytest-rerunfailures>=16,<17",),
        rerun=True,
    ),
    Project(
        "rerun xdist",
        "failures are tried again",
        RERUN,
        "pytest -n 2 --reruns 2",
        ("pytest-rerunfailures>=16,<17",),
    ),
    Project(
        "dependency", "skipped after a failure", DEPENDENCY, packages=("pytest-dependency>=0.6,<1",)
    ),
    Project(
        "split",
        "a group of tests",
        FILES,
        "pytest --splits 2 --group 1",
        ("pytest-split>=0.10,<1",),
        masked=(r"0\.\d{5,}",),
    ),
    Project(
        "random order",
        "by a seed",
        FILES,
        "pytest --random-order-seed=7",
        ("pytest-random-order>=1.2,<2",),
        masked=(r"0\.\d{5,}",),
    ),
    Project(
        "testmon",
        "tests of what has changed",
        TESTMON,
        "pytest --testmon",
        ("pytest-testmon>=2.2,<3",),
        edits=TESTMON_EDITS,
        cancel=False,
    ),
]
