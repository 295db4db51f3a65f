"""What was once shown to differ."""

from ..project import Project

LOCKED = {
    "conftest.py": """\
import fcntl, pytest
from note import note

@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id):
    shared = tmp_path_factory.getbasetemp().parent
    with open(shared / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            note("made once a run")
            (shared / "made").write_text("")
    return shared
""",
    "test_a.py": 'import pytest\n\n@pytest.mark.parametrize("n", range(8))\ndef test_a(n, once): pass\n',
}
IMPORTED = {
    "test_a.py": """\
import pytest, time
NOW = time.time()

@pytest.mark.parametrize("n", range(4))
def test_now(n): assert time.time() - NOW < 10 and NOW > TOUCHED()

def TOUCHED():
    import os
    return os.stat(__file__).st_mtime - 0.05
""",
}
RANDOM = {
    "test_a.py": """\
import os, pytest, random, uuid
RANDOM, TOKEN = random.Random(), uuid.uuid4()

@pytest.mark.parametrize("n", range(6))
def test_own(n, tmp_path_factory, worker_id):
    seen = tmp_path_factory.getbasetemp().parent
    (seen / f"number-{RANDOM.getrandbits(64)}").touch(exist_ok=False)
    (seen / f"token-{TOKEN}-{worker_id}").touch()
    assert len(list(seen.glob(f"token-{TOKEN}-*"))) == 1
""",
}
SHARED = {
    "conftest.py": """\
import atexit, os, tempfile
from note import note
DIRECTORY = tempfile.TemporaryDirectory()
LOG = open(os.path.join(DIRECTORY.name, "log"), "w+")
atexit.register(note, "exit")
""",
    "test_a.py": """\
import os, pytest, sqlite3, time
from conftest import DIRECTORY, LOG
PATH = os.path.join(DIRECTORY.name, "rows.db")
BASE = sqlite3.connect(PATH)
BASE.execute("create table rows (n)")

@pytest.mark.parametrize("n", range(6))
def test_row(n):
    BASE.execute("insert into rows values (?)", (n,))
    BASE.commit()
    LOG.write("x"); LOG.flush(); LOG.seek(0)
    assert len(LOG.read()) == len(list(BASE.execute("select * from rows")))
    assert os.path.isdir(DIRECTORY.name)
    time.sleep(0.05)
""",
}
DEPENDS = {
    "test_a.py": """\
STATE = []
def test_first(): STATE.append(1)
def test_second(): assert STATE == [1], STATE
def test_third(): assert STATE == [2]
""",
}
SECOND = (("test_a.py", "assert STATE == [2]", "assert STATE == [1]"),)
ENDING = {
    "conftest.py": """\
import pytest
from note import note

@pytest.fixture(scope="session", autouse=True)
def container():
    note("container started")
    yield
    note("container stopped")

@pytest.fixture(autouse=True)
def row():
    note("row")
    yield
    note("row away")
""",
    "test_a.py": "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n",
}
EXIT = {
    "test_a.py": """\
import pytest
from note import note

@pytest.fixture(scope="module")
def module():
    yield
    note("end of module")

def test_a(module): pass
def test_b(module): pytest.exit("enough", returncode=3)
def test_c(module): pass
""",
}
SIGINT = {
    "test_a.py": """\
import signal, subprocess, sys

def test_child():
    child = subprocess.run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT), signal.pthread_sigmask(0, ()), open('/proc/self/status').read().partition('SigIgn:')[2][:20])"], capture_output=True, text=True)
    raise ValueError(child.stdout)

def test_self():
    raise ValueError({one.name: str(signal.getsignal(one)) for one in signal.Signals if one.value < 32 and signal.getsignal(one)})
""",
}
PROCESS = {
    "test_process.py": """\
import asyncio, decimal, faulthandler, gc, locale, logging, os, resource, socket, sys, threading, time, warnings

def test_interpreter():
    raise ValueError(
        sys.executable, sys.orig_argv, sys.argv, sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode,
        sys.prefix, sys.path[:3], sys.getrecursionlimit(), sys.getswitchinterval(), sys.pycache_prefix,
        getattr(sys.modules["__main__"], "__file__", None), __name__, gc.isenabled(), gc.get_threshold(), sys.gettrace(), sys.getprofile(),
    )

def test_process():
    raise ValueError(
        sorted(os.environ), os.getcwd(), os.umask(0o22), os.getpriority(os.PRIO_PROCESS, 0), os.getuid(), os.getgroups(),
        os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE),
        os.getpid() == os.getpgid(0), os.getpgid(0) == os.getsid(0), sys.stdin.isatty(), os.isatty(1), os.isatty(2),
    )

def test_settings():
    raise ValueError(
        locale.setlocale(locale.LC_ALL), time.tzname, decimal.getcontext(), socket.getdefaulttimeout(),
        faulthandler.is_enabled(), threading.active_count(), threading.current_thread() is threading.main_thread(),
        type(asyncio.get_event_loop_policy()), [type(handler) for handler in logging.root.handlers], logging.root.level,
        sorted(logging.Logger.manager.loggerDict)[:5], warnings.filters[-9:], sys.stdout.encoding, sys.getfilesystemencoding(),
    )

def test_files():
    links = [f"/proc/self/fd/{fd}" for fd in range(3, 40)]
    places = [os.readlink(link) for link in links if os.path.exists(link)]
    raise ValueError([place for place in places if place.startswith(os.getcwd())])

def test_modules():
    names = ("http.client", "idna", "multiprocessing", "queue", "ssl", "sqlite3", "json.tool", "hmac", "secrets")
    raise ValueError([name for name in names if name in sys.modules])
""",
}
CODE = {
    "conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n",
    "test_a.py": "def test_a(): pass\ndef test_b(): pass\n",
}
MANY = {
    "test_many.py": 'import pytest\n\n@pytest.mark.parametrize("n", range(3000))\ndef test_n(n): pass\n'
}
FROZEN = {
    "test_a.py": "import os\n\ndef test_place(): os.environ['NO_SUCH_NAME']\ndef test_deep(): sorted([1, 'a'])\n"
}
READ = {
    "rows.json": "[1, 2, 3]",
    "other.ini": "[pytest]\npython_functions = check_*\n",
    "test_a.py": """\
import json, pathlib, pytest
ROWS = json.loads((pathlib.Path(__file__).parent / "rows.json").read_text())

@pytest.mark.parametrize("row", ROWS)
def check_row(row): assert row < 3
""",
}
READ_EDITS = (("rows.json", "1, 2", "1, 0, 2"), ("other.ini", "check_*", "check_r*"))

PROJECTS = [
    Project(
        "once a run", "a fixture locked by a file in the parent of basetemp", LOCKED, "pytest -n 2"
    ),
    Project("time at import", "is as new as the run", IMPORTED),
    Project("time at import xdist", "is as new as the run", IMPORTED, "pytest -n 2"),
    Project(
        "random at import",
        "is each worker's own",
        RANDOM,
        "pytest -n 2",
        masked=(r"number-\d+", r"token-[-\da-f]{36}"),
    ),
    Project("shared at import", "a connection, a directory, a file of the module's", SHARED),
    Project("shared at import xdist", "each worker has its own", SHARED, "pytest -n 2"),
    Project(
        "tests in order", "a test that needs the one before", DEPENDS, edits=SECOND, rerun=True
    ),
    Project("cancel", "what fixtures started is stopped", ENDING),
    Project("pytest.exit", "ends a run and tears down", EXIT),
    Project("signals", "of tests and their children", SIGINT),
    Project("process", "what a test sees of its process", PROCESS),
    Project("process as a module", "the same by python -m", PROCESS, "python -m pytest"),
    Project("process xdist", "the same of a worker", PROCESS, "pytest -n 1"),
    Project("exit code of its own", "a run with no failure that ends with 1", CODE),
    Project("exit code of its own xdist", "the same", CODE, "pytest -n 2"),
    Project("many quick tests", "3,000 with two workers", MANY, "pytest -n 2", cancel=False),
    Project("place of a failure", "in the standard library", FROZEN),
    Project(
        "read at collection",
        "data and -c are as new as the save",
        READ,
        "pytest -c other.ini --rootdir .",
        edits=READ_EDITS,
    ),
]
