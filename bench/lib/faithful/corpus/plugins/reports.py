"""Plugins and options that show or write what happened."""

from ...project import Project

TESTS = {
    "test_a.py": """\
import pytest, time
def test_a(): pass
def test_b(): assert [1, 2] == [1, 3]
@pytest.mark.skip(reason="no")
def test_c(): pass
def test_d(record_property): record_property("size", 3); time.sleep(0.01)
"""
}
COV = {
    "shop.py": "def price(n):\n    if n > 2:\n        return 3\n    return 4\n",
    "test_shop.py": "import shop\n\ndef test_a(): assert shop.price(1) == 4\ndef test_b(): assert shop.price(1) == 4\n",
}
LIMIT = "pytest --cov=shop --cov-branch --cov-report=json --cov-report=term --cov-fail-under=90"
COV_EDITS = (
    (
        "test_shop.py",
        "def test_b(): assert shop.price(1) == 4",
        "def test_b(): assert shop.price(3) == 3",
    ),
    ("shop.py", "return 4", "return 4 + 0"),
)
BENCHMARK = {
    "test_a.py": "def test_a(benchmark): assert benchmark(sum, [1, 2]) == 3\ndef test_b(): assert 0\n"
}
COV_PACKAGE = "pytest-cov>=7,<8"

PROJECTS = [
    Project("cov", "exit code 1 by --cov-fail-under", COV, LIMIT, (COV_PACKAGE,), edits=COV_EDITS),
    Project(
        "cov xdist",
        "the same, of the workers",
        COV,
        f"{LIMIT} -n 2",
        (COV_PACKAGE,),
        edits=COV_EDITS,
    ),
    Project("html", "a page", TESTS, "pytest --html=report.html", ("pytest-html>=4.2,<5",)),
    Project(
        "html xdist", "a page", TESTS, "pytest -n 2 --html=report.html", ("pytest-html>=4.2,<5",)
    ),
    Project(
        "metadata", "of the session", TESTS, "pytest --metadata a b", ("pytest-metadata>=3.1,<4",)
    ),
    Project(
        "json report", "a file", TESTS, "pytest --json-report", ("pytest-json-report>=1.5,<2",)
    ),
    Project("sugar", "another screen", TESTS, packages=("pytest-sugar>=1.1,<2",)),
    Project(
        "instafail", "failures at once", TESTS, "pytest --instafail", ("pytest-instafail>=0.5,<1",)
    ),
    Project(
        "clarity", "other messages of comparisons", TESTS, "pytest -vv", ("pytest-clarity>=1,<2",)
    ),
    Project("icdiff", "other messages of comparisons", TESTS, packages=("pytest-icdiff>=0.9,<1",)),
    Project("benchmark", "times", BENCHMARK, packages=("pytest-benchmark>=5.2,<6",)),
    Project(
        "benchmark xdist",
        "switched off, with a warning",
        BENCHMARK,
        "pytest -n 2",
        ("pytest-benchmark>=5.2,<6",),
    ),
    Project("junit", "pytest's own XML", TESTS, "pytest --junitxml=out/report.xml"),
    Project("junit xdist", "pytest's own XML", TESTS, "pytest -n 2 --junitxml=out/report.xml"),
    Project("durations", "the slowest", TESTS, "pytest --durations=3 -rA -vv"),
    Project(
        "custom exit code",
        "for no tests",
        TESTS,
        "pytest --suppress-tests-failed-exit-code",
        ("pytest-custom-exit-code>=0.3,<1",),
    ),
]
