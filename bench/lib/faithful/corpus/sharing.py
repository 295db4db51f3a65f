"""pytest-xdist: who runs what, in which environment."""

from ..project import Project

FILES = {
    f"test_{name}.py": """\
import os, pytest, time
from note import note

@pytest.fixture(scope="module")
def module():
    note("module")
    yield
    note("end of module")

@pytest.fixture(scope="session")
def session(worker_id):
    note("session")
    yield worker_id
    note("end of session")

class TestA:
    def test_a(self, module): time.sleep(0.02)
    def test_b(self, module, session): time.sleep(0.02)

@pytest.mark.xdist_group("all")
def test_group(session, worker_id): assert session == worker_id == os.environ["PYTEST_XDIST_WORKER"]

@pytest.mark.parametrize("n", range(4))
def test_many(n, session): time.sleep(0.02)
"""
    for name in "abc"
}
WAYS = ("load", "loadscope", "loadfile", "loadgroup", "worksteal")
LOOSE = ("module", "end of module", "session", "end of session")  # torn down when nothing is queued
IDENTITY = {
    "helper.py": """\
import os
from note import note
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
note(f"helper of {WORKER}")
""",
    "test_a.py": """\
import os, pytest, sys
import helper

@pytest.mark.parametrize("n", range(8))
def test_a(n, worker_id, testrun_uid, request):
    input = request.config.workerinput
    assert helper.WORKER == worker_id == input["workerid"] == os.environ["PYTEST_XDIST_WORKER"]
    assert os.environ["PYTEST_XDIST_TESTRUNUID"] == testrun_uid
    assert os.environ["PYTEST_XDIST_WORKER_COUNT"] == "2" == str(input["workercount"])
    assert "-n" in os.environ.get("PYTEST_ADDOPTS", "-n") and sys.argv

def test_arguments(request):
    raise ValueError(sorted(request.config.workerinput), request.config.invocation_params.args)
""",
}
CONTROLLER = {
    "conftest.py": """\
from note import note
from xdist import is_xdist_controller, is_xdist_worker

def pytest_configure_node(node): node.workerinput["number"] = node.gateway.id; note("node")
def pytest_testnodedown(node, error): note(f"down {node.gateway.id} {node.workeroutput['said']}")
def pytest_sessionfinish(session):
    if is_xdist_controller(session): note("finish of controller")
    if is_xdist_worker(session):
        note("finish of worker")
        session.config.workeroutput["said"] = session.config.workerinput["number"]
""",
    "test_a.py": "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\ndef test_d(): pass\n",
}
CRASH = {
    "test_a.py": """\
import os, time
def test_a(): pass
def test_crash():
    # xdist's controller fails where it sends a worker its next tests when that has just died.
    time.sleep(0.5)
    os._exit(7)
def test_c(): pass
def test_d(): pass
"""
}

PROJECTS = [
    *(
        Project(
            f"--dist {way}",
            "which worker runs what",
            FILES,
            f"pytest -n 2 --dist {way}",
            varying=LOOSE,
        )
        for way in WAYS
    ),
    Project(
        "workers' names",
        "read at import, too",
        IDENTITY,
        "pytest -n 2",
        masked=(r"testrunuid[^,]*",),
    ),
    Project("controller and workers", "hooks of xdist's own", CONTROLLER, "pytest -n 2"),
    Project("a worker dies", "and another one takes its place", CRASH, "pytest -n 1", cancel=False),
    Project(
        "-n 0",
        "xdist switched off",
        {"test_a.py": "def test_a(worker_id): assert worker_id == 'master'\n"},
        "pytest -n 0",
    ),
    Project("auto", "-n auto", FILES, "pytest -n auto --dist loadfile", varying=LOOSE),
]
