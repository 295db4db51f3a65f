"""What tests find around them: variables, time, mocks, limits."""

from ...project import Project

ENV = {
    "test_a.py": """\
import os
AT_IMPORT = os.environ.get("PLACE")

def test_a(): assert (AT_IMPORT, os.environ["PLACE"]) == ("here", "here")
def test_b(): assert os.environ.get("GONE") is None
""",
    "pytest.ini": "[pytest]\nenv =\n    PLACE=here\n",
}
ENV_EDITS = (
    ("pytest.ini", "PLACE=here", "PLACE=there"),
    ("pytest.ini", "PLACE=there", "PLACE=here"),
)
DOTENV = {
    ".env": "PLACE=here\n",
    "test_a.py": ENV["test_a.py"],
}
DOTENV_EDITS = ((".env", "here", "there"), (".env", "there", "here"))
FREEZER = {
    "test_a.py": """\
import datetime, pytest

@pytest.mark.freeze_time("2020-01-02")
def test_frozen(): assert datetime.date.today() == datetime.date(2020, 1, 2)

def test_moves(freezer):
    freezer.move_to("2021-05-06")
    assert datetime.date.today().day == 6

def test_free(): assert datetime.date.today().year == 2020
"""
}
MOCK = {
    "test_a.py": """\
import os

def test_patch(mocker):
    mocker.patch("os.getcwd", return_value="x")
    assert os.getcwd() == "x"

def test_called(mocker):
    stub = mocker.stub(name="stub")
    stub(1, 2)
    stub.assert_called_once_with(1, 3)

def test_is_over(): assert os.getcwd() != "x"
"""
}
TIMEOUT = {
    "test_a.py": """\
import pytest, time
from note import note

@pytest.fixture
def row():
    yield
    note("row away")

def test_slow(row): time.sleep(60)
def test_quick(row): pass

@pytest.mark.timeout(5)
def test_more(row): time.sleep(0.1)
""",
    "pytest.ini": "[pytest]\ntimeout = 1\n",
}
XPROCESS = {
    "conftest.py": """\
import pytest, sys
from note import note
from xprocess import ProcessStarter

@pytest.fixture(scope="session")
def echo(xprocess):
    class Starter(ProcessStarter):
        pattern = "ready"
        args = [sys.executable, "-u", "-c", "import time; print('ready'); time.sleep(300)"]
        terminate_on_interrupt = True
    note("start")
    xprocess.ensure("echo", Starter)
    yield xprocess.getinfo("echo").pid
    xprocess.getinfo("echo").terminate()
    note("end")
""",
    "test_a.py": "def test_a(echo): assert echo\ndef test_b(echo): assert 0, 'b'\n",
}
CHILDREN = {
    "conftest.py": """\
import pytest, subprocess, sys
from note import note

@pytest.fixture(scope="session", autouse=True)
def program():
    wait = "import time; print(flush=True); time.sleep(300)"
    child = subprocess.Popen([sys.executable, "-c", wait], stdout=subprocess.PIPE)
    child.stdout.readline()  # a Ctrl-C before that may end it in another way
    yield child
    child.terminate()
    note(f"program ended with {child.wait()}")
""",
    "test_a.py": """\
import multiprocessing, threading
from note import note

def test_pool():
    with multiprocessing.get_context("fork").Pool(2) as pool: assert pool.map(abs, [-1, 2]) == [1, 3]

def test_thread():
    thread = threading.Thread(target=note, args=("thread",)); thread.start(); thread.join()

def test_thread_fails():
    thread = threading.Thread(target=int, args=("x",)); thread.start(); thread.join()

def test_program(program): assert program.poll() is None
""",
}

PROJECTS = [
    Project(
        "env", "variables from settings", ENV, packages=("pytest-env>=1.2,<2",), edits=ENV_EDITS
    ),
    Project(
        "env xdist",
        "variables from settings",
        ENV,
        "pytest -n 2",
        ("pytest-env>=1.2,<2",),
        edits=ENV_EDITS,
    ),
    Project(
        "dotenv",
        "variables from .env",
        DOTENV,
        packages=("pytest-dotenv>=0.5,<1",),
        edits=DOTENV_EDITS,
    ),
    Project("freezer", "a time that stands still", FREEZER, packages=("pytest-freezer>=0.4.9,<1",)),
    Project("mock", "patches end with their test", MOCK, packages=("pytest-mock>=3.15,<4",)),
    Project(
        "timeout",
        "by a signal",
        TIMEOUT,
        packages=("pytest-timeout>=2.4,<3",),
        masked=(r"Thread-\d+", r"<Thread[^>]*>"),
    ),
    Project(
        "timeout xdist",
        "by a signal",
        TIMEOUT,
        "pytest -n 2",
        ("pytest-timeout>=2.4,<3",),
        masked=(r"<unknown> \(\d+\)",),
    ),
    Project(
        "xprocess",
        "a program of a session",
        XPROCESS,
        packages=("pytest-xprocess>=1,<2", "setuptools<81"),
        masked=(r"pid=\d+", r"echo = \d+"),
    ),
    Project("children", "programs, pools and threads of tests", CHILDREN, masked=(r"Thread-\d+",)),
]
