"""Fixtures and hooks: how often, in which order, in which process."""

from ..project import OLD_AND_NEW, Project

SCOPES = {
    "conftest.py": """\
import pytest
from note import note

def made(name, scope):
    @pytest.fixture(scope=scope)
    def fixture(request):
        note(f"{name} for {request.node.nodeid}")
        yield name
        note(f"end of {name} for {request.node.nodeid}")
    return fixture

session, package, module, klass, function = (
    made(one, one) for one in ("session", "package", "module", "class", "function")
)
""",
    "a/__init__.py": "",
    "a/test_a.py": """\
import pytest

def test_a(session, package, module, function): pass

class TestB:
    def test_b(self, klass, function): pass
    def test_c(self, klass, session): assert 0

@pytest.mark.parametrize("module", [1, 2], indirect=True)
def test_d(module): pass
""",
    "b/__init__.py": "",
    "b/test_b.py": "def test_e(package, module, session): pass\ndef test_f(module): pass\n",
}
HOOKS = {
    "conftest.py": """\
import atexit
from note import note

note("import of conftest")
atexit.register(note, "exit")

def pytest_configure(config): note("configure")
def pytest_unconfigure(config): note("unconfigure")
def pytest_sessionstart(session): note("session start")
def pytest_sessionfinish(session, exitstatus): note(f"session finish {int(exitstatus)}")
def pytest_collection_modifyitems(items): note(f"{len(items)} items"); items.reverse()
def pytest_runtest_setup(item): note("setup " + item.name)
def pytest_runtest_teardown(item): note("teardown " + item.name)
def pytest_terminal_summary(terminalreporter): note("summary")
def pytest_report_header(): note("header"); return "a header"
""",
    "test_a.py": 'from note import note\nnote("import of test_a")\n\ndef test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass\n',
    "test_b.py": 'from note import note\nnote("import of test_b")\n\ndef test_d(): pass\n',
}
PLUGIN = {
    "conftest.py": 'pytest_plugins = ["ours.plugin"]\n',
    "ours/__init__.py": "",
    "ours/plugin.py": """\
import pytest
from note import note

def pytest_addoption(parser): parser.addoption("--place", default="here")
def pytest_sessionfinish(session): note("finish at " + session.config.getoption("--place"))
def equal(a, b): assert a == b

@pytest.fixture(scope="session")
def place(request):
    yield request.config.getoption("--place")
    note("end of place")
""",
    "test_a.py": "from ours.plugin import equal\n\ndef test_a(place): equal([place], ['there', 1])\ndef test_b(place): assert place == 'there'\n",
    "pytest.ini": "[pytest]\naddopts = --place there\n",
}
AUTOUSE = {
    "conftest.py": """\
import os, pytest
from note import note

@pytest.fixture(autouse=True, scope="session")
def database(tmp_path_factory, worker_id):
    path = tmp_path_factory.mktemp("database") / worker_id
    path.write_text("rows")
    note("database")
    yield path
    note(f"end of database: {path.read_text()}")

@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLACE", "x")
""",
    "test_a.py": """\
import os, pytest
@pytest.mark.parametrize("n", range(8))
def test_a(n, database, tmp_path):
    database.write_text(database.read_text() + "+")
    (tmp_path / "left").write_text("")
    assert os.environ["PLACE"] == "x" and not os.path.exists("left2")
""",
}
SERIAL = {
    **AUTOUSE,
    "conftest.py": AUTOUSE["conftest.py"]
    .replace("worker_id", "testrun_uid")
    .replace("testrun_uid", "request", 1)
    .replace("/ testrun_uid", '/ "x"'),
}

END = {
    "conftest.py": """\
import os, sqlite3, tempfile, weakref
from note import note

KEPT = open("kept.txt", "a")  # nobody closes it
SCRATCH = tempfile.NamedTemporaryFile(prefix="scratch-")
BASE = sqlite3.connect("rows.db")
BASE.execute("pragma journal_mode = wal")
BASE.execute("create table if not exists rows (n)")

class Resource:
    def __del__(self, note=note): note("resource away")

RESOURCE = Resource()
weakref.finalize(RESOURCE, note, "finalized")

def pytest_runtest_setup(item): KEPT.write(item.name + "\\n")
""",
    "test_a.py": """\
from conftest import BASE, Resource
OWN = Resource()
LOG = open("log.txt", "w")

def test_a(): LOG.write("a"); BASE.execute("insert into rows values (1)"); BASE.commit()
def test_b(): LOG.write("b"); assert open("log.txt").read() == "ab"
def test_sizes():
    import os
    raise ValueError(os.path.getsize("kept.txt"), len(list(BASE.execute("select * from rows"))))
""",
}

PROJECTS = [
    Project("scopes", "fixtures of each scope", SCOPES, pytests=OLD_AND_NEW, rerun=True),
    Project(
        "scopes loadfile",
        "in each worker",
        SCOPES,
        "pytest -n 2 --dist loadfile",
        varying=("session", "end of session", "package", "end of package"),
    ),
    Project("hooks", "hooks of conftest.py, and imports", HOOKS, pytests=OLD_AND_NEW, rerun=True),
    Project(
        "hooks xdist",
        "the same in controller and workers",
        HOOKS,
        "pytest -n 2",
        pytests=OLD_AND_NEW,
    ),
    Project("own plugin", "a plugin with options, whose asserts are rewritten", PLUGIN, rerun=True),
    Project("own plugin xdist", "the same", PLUGIN, "pytest -n 2"),
    Project("autouse", "session fixtures with files", SERIAL),
    Project(
        "autouse xdist",
        "one database a worker",
        AUTOUSE,
        "pytest -n 2",
        varying=("end of database",),
    ),
    Project("end of the process", "what is open is written, closed, deleted", END),
    Project("end of the process xdist", "the same of a worker", END, "pytest -n 1"),
]
