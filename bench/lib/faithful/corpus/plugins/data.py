"""Made-up data, stored data, snapshots."""

from ...project import Project

HYPOTHESIS = {
    "test_a.py": """\
from hypothesis import given, settings, strategies as st

@given(st.integers())
@settings(max_examples=20, derandomize=True)
def test_numbers(n): assert n + 0 == n

@given(st.lists(st.integers()))
@settings(max_examples=50, derandomize=True, database=None)
def test_found(rows): assert sum(rows) < 100
""",
    "pytest.ini": "[pytest]\nfilterwarnings = error\n",
}
DATABASE = {
    "test_a.py": """\
from hypothesis import given, seed, settings, strategies as st
from note import note
TRIED = []

@seed(7)
@given(st.integers(0, 1000))
@settings(max_examples=30)
def test_kept(n):
    if not TRIED: note(f"first {n}")
    TRIED.append(n)
    assert n < 300
"""
}
FAKER = {
    "test_a.py": """\
import pytest
from faker import Faker
fake = Faker()

@pytest.mark.parametrize("n", range(6))
def test_own(n, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    top = base.parent if base.name.startswith("popen") else base
    (top / fake.uuid4()).touch(exist_ok=False)

def test_fixture(faker): raise ValueError(faker.name(), faker.random_int())
"""
}
FACTORY = {
    "conftest.py": """\
import factory
from pytest_factoryboy import register

class Book:
    def __init__(self, name, pages): self.name, self.pages = name, pages

@register
class BookFactory(factory.Factory):
    class Meta: model = Book
    name = factory.Sequence("book {}".format)
    pages = factory.Faker("random_int")
""",
    "test_a.py": """\
import pytest

def test_fixture(book): assert book.name == "book 0"
def test_factory(book_factory): assert [book_factory().name for _ in "ab"] == ["book 1", "book 2"]

@pytest.mark.parametrize("book__name", ["Emma"])
def test_name(book): assert book.name == "Anna"
""",
}
NUMPY = {
    "test_a.py": """\
import pathlib, numpy
NUMBER = numpy.random.rand()

def test_is_another_one_in_each_run():
    seen = pathlib.Path("seen.txt")
    old = seen.read_text().split() if seen.exists() else []
    seen.write_text("\\n".join([*old, str(NUMBER), str(numpy.random.rand())]))
    assert len(set(seen.read_text().split())) == len(old) + 2
"""
}
SYRUPY = {
    "test_a.py": """\
def test_one(snapshot): assert {"a": 1} == snapshot
def test_two(snapshot): assert [1, 2] == snapshot
def test_new(snapshot): assert "new" == snapshot(name="new")
""",
    "test_b.py": "def test_three(snapshot): assert 'b' == snapshot\n",
    "__snapshots__/test_a.ambr": """\
# serializer version: 1
# name: test_one
  dict({
    'a': 1,
  })
# ---
# name: test_two
  list([
    1,
    3,
  ])
# ---
# name: test_unused
  'unused'
# ---
""",
}
UNUSED = "pytest --snapshot-update"
REGRESSIONS = {
    "test_a.py": """\
def test_data(data_regression): data_regression.check({"a": [1, 2]})
def test_file(file_regression): file_regression.check("text", extension=".txt")
def test_datadir(datadir): assert (datadir / "in.txt").read_text() == "in"
def test_shared(shared_datadir): assert not (shared_datadir / "none").exists()
""",
    "test_a/in.txt": "in",
    "test_a/test_data.yml": "a:\n- 1\n- 3\n",
    "data/shared.txt": "shared",
}
RECORDING = {
    "test_a.py": """\
import pytest, urllib.request

@pytest.mark.vcr
def test_played():
    assert urllib.request.urlopen("http://shop.test/").read() == b"hello"

@pytest.mark.vcr
def test_not_recorded():
    urllib.request.urlopen("http://shop.test/more")

@pytest.mark.block_network
def test_blocked():
    urllib.request.urlopen("http://127.0.0.1:9/")
""",
    "cassettes/test_a/test_played.yaml": """\
interactions:
- request:
    body: null
    headers: {}
    method: GET
    uri: http://shop.test/
  response:
    body: {string: hello}
    headers: {}
    status: {code: 200, message: OK}
version: 1
""",
}
LXML = {
    "rows.xml": "<rows><row>1</row><row>2</row></rows>",
    "test_a.py": """\
import pytest
from lxml import etree
ROWS = [int(row.text) for row in etree.parse("rows.xml").getroot()]

@pytest.mark.parametrize("row", ROWS)
def test_row(row): assert row < 2
""",
}
LXML_EDITS = (("rows.xml", "<row>2", "<row>1</row><row>2"), ("rows.xml", "<row>2", "<row>0"))
UUID = r"[\da-f]{8}-[-\da-f]{27}"
FAKERS, HYPO = "faker>=40,<41", "hypothesis>=6.150,<7"

PROJECTS = [
    Project("hypothesis", "warnings are errors", HYPOTHESIS, packages=(HYPO,)),
    Project("hypothesis xdist", "the same", HYPOTHESIS, "pytest -n 2", (HYPO,)),
    Project("hypothesis database", "a failing example is tried first", DATABASE, packages=(HYPO,)),
    Project("faker", "Faker() at import", FAKER, packages=(FAKERS,), masked=(UUID,)),
    Project(
        "faker xdist",
        "is each worker's own",
        FAKER,
        "pytest -n 2",
        (FAKERS,),
        masked=(UUID,),
        rerun=True,
    ),
    Project("factoryboy", "sequences", FACTORY, packages=("pytest-factoryboy>=2.8,<3",)),
    Project("numpy", "its random numbers are another run's", NUMPY, packages=("numpy>=2,<3",)),
    Project("syrupy", "snapshots", SYRUPY, packages=("syrupy>=5,<6",)),
    Project(
        "syrupy update",
        "unused ones are deleted, and those of tests that are not run again are not",
        {**SYRUPY, "test_c.py": "def test_fails(snapshot): assert 'c' == snapshot and 0\n"},
        UNUSED,
        ("syrupy>=5,<6",),
        rerun=True,
    ),
    Project("syrupy xdist", "snapshots", SYRUPY, "pytest -n 2 --dist loadfile", ("syrupy>=5,<6",)),
    Project(
        "regressions",
        "files, and datadir",
        REGRESSIONS,
        packages=("pytest-regressions>=2.8,<3", "pytest-datadir>=1.8,<2"),
    ),
    Project(
        "recording",
        "cassettes",
        RECORDING,
        packages=("pytest-recording>=0.13,<1",),
        masked=(r"fd=\d+",),
    ),
    Project("lxml", "C code reads at collection", LXML, packages=("lxml>=6,<7",), edits=LXML_EDITS),
]
