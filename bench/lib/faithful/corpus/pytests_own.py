"""pytest alone: outcomes of each kind, its own ways to select, to stop and to import."""

from ..project import OLD_AND_NEW, Project

OUTCOMES = {
    "test_outcomes.py": """\
import pytest, sys, warnings

def test_passes():
    print("out of a test that passes")

def test_compares():
    print("out")
    print("err", file=sys.stderr)
    assert {"a": 1, "b": [1, 2]} == {"a": 1, "b": [1, 3]}

def test_raises():
    raise ValueError("no such thing\\nsecond line")

@pytest.mark.skip(reason="not today")
def test_skipped(): pass

def test_skips_itself():
    pytest.skip("no network")

@pytest.mark.xfail(reason="known")
def test_xfail(): assert 0

@pytest.mark.xfail(reason="mended")
def test_xpass(): pass

@pytest.mark.xfail(strict=True, reason="mended")
def test_xpass_strict(): pass

@pytest.fixture
def broken(): raise OSError("no disk")

def test_setup(broken): pass

@pytest.fixture
def untidy():
    yield
    raise OSError("no end")

def test_teardown(untidy): pass

def test_both(untidy): assert 0

@pytest.mark.parametrize("n", [1, 2], ids=["one", "a/b c"])
def test_many(n): assert n == 1

def test_warns():
    warnings.warn("old")
    warnings.warn(DeprecationWarning("older"))
"""
}
UNITTEST = {
    "test_unit.py": """\
import unittest
from note import note

def setUpModule(): note("module")
def tearDownModule(): note("end of module")

class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls): note("class")
    @classmethod
    def tearDownClass(cls): note("end of class")
    def setUp(self): note("set up"); self.addCleanup(note, "cleaned up")
    def tearDown(self): note("tear down")
    def test_equal(self): self.assertEqual(1, 2, "numbers")
    def test_good(self): self.assertTrue(True)
    @unittest.skip("no")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): note("async set up")
    async def test_it(self): self.assertEqual([1], [2])
"""
}
DOCTEST = {
    "shop.py": '''\
def price(n):
    """The price of n.

    >>> price(2)
    4
    >>> price(3)
    7
    """
    return 2 * n
''',
    "test_shop.txt": ">>> 1 + 1\n2\n",
}
THREE = {
    "test_a.py": """\
from note import note
def test_one(): note("one")
def test_two(): note("two"); assert 0, "two"
def test_three(): note("three")
""",
    "test_b.py": """\
from note import note
def test_four(): note("four"); assert 0, "four"
def test_five(): note("five")
""",
}
MENDED = (("test_a.py", "assert 0", "assert 1"), ("test_b.py", "assert 0", "assert 1"))
BROKEN = {
    "test_a.py": "def test_a(): pass\n",
    "test_broken.py": "import no_such_module\n\ndef test_b(): pass\n",
    "test_syntax.py": "def test_c(:\n",
}
HELPERS = {
    "raises.py": "import json\n\ndef load():\n    return json.loads('{')\n\nROWS = load()\n",
    "syntax.py": "def broken(:\n",
    "missing.py": "import no_such_module\n",
    "lacks.py": "from json import no_such_name\n",
    "test_a.py": """\
import importlib, pytest

@pytest.mark.parametrize("name", ["raises", "syntax", "missing", "lacks"])
def test_by_name(name): importlib.import_module(name)

def test_raises(): import raises
def test_syntax(): import syntax
def test_missing(): import missing
def test_lacks(): import lacks
def test_fixture(no_such_fixture): pass
""",
    "test_b.py": "import raises\n",
    "test_c.py": "import syntax\n",
    "test_d.py": "import missing\n",
    "test_e.py": "raise ValueError('at import')\n",
}
CONFTEST = {"conftest.py": "import json\n\njson.loads('{')\n", "test_a.py": "def test_a(): pass\n"}
BELOW = {
    "test_a.py": "def test_a(): pass\n",
    "below/conftest.py": CONFTEST["conftest.py"],
    "below/test_b.py": "def test_b(): pass\n",
}
USAGE = {"test_a.py": "def test_a(): pass\n"}
PACKAGE = {
    "src/shop/__init__.py": "",
    "src/shop/prices.py": "PRICE = 3\n",
    "tests/__init__.py": "",
    "tests/unit/__init__.py": "",
    "tests/unit/test_prices.py": "from shop.prices import PRICE\n\ndef test_price(): assert PRICE == 3\n",
    "tests/test_prices.py": "from shop.prices import PRICE\n\ndef test_price(): assert PRICE == 4\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = "src"\ntestpaths = ["tests"]\n',
}

PROJECTS = [
    Project("outcomes", "each outcome with its message", OUTCOMES, pytests=OLD_AND_NEW, rerun=True),
    Project("outcomes xdist", "the same", OUTCOMES, "pytest -n 2", pytests=OLD_AND_NEW, rerun=True),
    Project("unittest", "its set-up and tear-down", UNITTEST, pytests=OLD_AND_NEW, rerun=True),
    Project("unittest xdist", "the same", UNITTEST, "pytest -n 2 --dist loadfile"),
    Project(
        "doctest",
        "examples are tests",
        DOCTEST,
        "pytest --doctest-modules",
        edits=(("shop.py", "    7\n", "    6\n"), ("shop.py", "    6\n", "    5\n")),
    ),
    Project("stop at first", "-x ends a run", THREE, "pytest -x", edits=MENDED),
    Project("stop at first xdist", "-x ends a run", THREE, "pytest -x -n 1", edits=MENDED),
    Project("maxfail", "--maxfail ends a run", THREE, "pytest --maxfail 2", edits=MENDED),
    Project("last failed", "--lf runs what failed", THREE, "pytest --lf", edits=MENDED),
    Project("failed first", "--ff reorders", THREE, "pytest --ff", edits=MENDED),
    Project("new first", "--nf reorders", THREE, "pytest --nf"),
    Project("stepwise", "--sw goes on from the failure", THREE, "pytest --sw", edits=MENDED),
    Project("words", "-k selects", THREE, "pytest -k five"),
    Project("deselect", "--deselect", THREE, "pytest --deselect test_a.py::test_one"),
    Project(
        "node ids",
        "tests named one by one",
        THREE,
        "pytest test_b.py::test_five test_a.py::test_two",
    ),
    Project("no cacheprovider", "-p no:…", THREE, "pytest -p no:cacheprovider", edits=MENDED),
    Project("no capture", "-s", OUTCOMES, "pytest -s"),
    Project("no assertions", "--assert plain", OUTCOMES, "pytest --assert=plain"),
    Project("native tracebacks", "--tb", OUTCOMES, "pytest --tb=native"),
    Project("warnings are errors", "-W", OUTCOMES, "pytest -W error"),
    Project("broken files", "errors of collection", BROKEN, cancel=False),
    Project("broken files xdist", "errors of collection", BROKEN, "pytest -n 2", cancel=False),
    Project(
        "broken files going on",
        "errors of collection",
        BROKEN,
        "pytest --continue-on-collection-errors",
    ),
    Project(
        "broken helpers",
        "errors of what tests import",
        HELPERS,
        "pytest --continue-on-collection-errors",
    ),
    Project(
        "broken helpers native",
        "the same with --tb=native",
        HELPERS,
        "pytest --tb=native --continue-on-collection-errors",
    ),
    Project("broken conftest", "nothing can run", CONFTEST, cancel=False),
    Project("broken conftest xdist", "nothing can run", CONFTEST, "pytest -n 2", cancel=False),
    Project("broken conftest below", "an error of collection", BELOW, cancel=False),
    Project(
        "no such test", "pytest's own complaint", USAGE, "pytest test_a.py::test_b", cancel=False
    ),
    Project("no tests", "exit code 5", USAGE, "pytest -k nothing", cancel=False),
    Project("prepend", "--import-mode", PACKAGE, "pytest --import-mode=prepend"),
    Project("importlib", "--import-mode", PACKAGE, "pytest --import-mode=importlib"),
    Project("append", "--import-mode", PACKAGE, "pytest --import-mode=append"),
    Project("as a module", "python -m pytest", PACKAGE, "python -m pytest", rerun=True),
]
