"""The scout: tests are collected before their run comes, and only what still holds is used."""

import os
import re
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
from runner_client import TIMEOUT, children_of, gone

pytest_plugins = ("runner_client",)
AT = "import time\nAT = time.time()\n"
TELLS = "from conftest import AT\ndef test_a(): raise ValueError(AT)\n"


def ahead(runner, both=True):
    """Wait until the scouts have gone as far as they may; returns the pids of the child and of both, or of
    the first one."""
    child = runner.prepared()
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        first = [pid for pid in children_of(child) if "pipe" in doing(pid)]
        last = [pid for scout in first for pid in children_of(scout) if "pipe" in doing(pid)]
        if first and (last or not both):
            return child, *first, *last
        time.sleep(0.02)
    raise AssertionError("no scout is ahead")


def doing(pid):
    """What a process waits for in the kernel (beside the scout there is xdist's nursery)."""
    try:
        return Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        return ""


def message(answer, test="test_a.py::test_a"):
    return answer.tests()[test]["message"].partition(": ")[2]


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "shards"])
def test_the_tests_are_collected_before_the_run(runner, suite, more):
    suite.write("tests/conftest.py", f"{AT}import os\nos.environ['OURS'] = 'set'\n")
    suite.write(
        "tests/test_a.py",
        f"{TELLS}\ndef test_b(): assert __import__('os').environ['OURS'] == 'set'\n",
    )
    runner.run(suite.dir, *more)
    _, _, scout = ahead(runner)
    asked = time.time()
    answer = runner.run(suite.dir, *more)
    assert float(message(answer, "tests/test_a.py::test_a")) < asked
    assert answer.outcomes()["tests/test_a.py::test_b"] == "passed"
    assert answer.kinds().count("total") == 1
    assert gone(scout) == []


def test_the_scout_knows_what_newer_pythons_tell(runner, suite):
    """From 3.14 on an annotation makes a function, which is told."""
    suite.write("tests/conftest.py", f'{AT}import sys\nsys.audit("function.__new__", None)\n')
    suite.write("tests/test_a.py", TELLS)
    runner.run(suite.dir)
    ahead(runner)
    asked = time.time()
    assert float(message(runner.run(suite.dir), "tests/test_a.py::test_a")) < asked


def test_no_test_runs_before_the_run(runner, suite):
    suite.write("test_a.py", "import time\ndef test_a(): raise ValueError(time.time())\n")
    runner.run(suite.dir)
    ahead(runner)
    asked = time.time()
    assert float(message(runner.run(suite.dir))) >= asked


def change_test(suite):
    suite.write("test_a.py", "def test_a(): raise ValueError('new')\n")


def change_test_in_secret(suite):
    """The same size, the same times."""
    path = suite.dir / "test_a.py"
    before = path.stat()
    path.write_text(path.read_text().replace("DATA", "'new'".replace("'new'", "NEWS")))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def change_helper(suite):
    suite.write("helper.py", "DATA = NEWS = 'new'\n")


def change_data(suite):
    suite.write("data.txt", "new")


def add_what_is_looked_for(suite):
    """In a directory that nobody has listed."""
    (suite.dir.parent / "flag").touch()


def grow_what_is_looked_at(suite):
    """Opened by nobody."""
    (suite.dir.parent / "size").write_text("new")


def add_conftest(suite):
    suite.write("conftest.py", "import helper\nhelper.DATA = 'new'\n")


def test_changed_tests_find_the_conftest_files_loaded(runner, suite):
    suite.write("conftest.py", AT)
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    for change in (True, False):
        ahead(runner)
        if change:
            suite.write("test_a.py", TELLS)
        asked = time.time()
        answer = runner.run(suite.dir, select=[] if change else ["test_a.py::test_a"])
        assert float(message(answer)) < asked


@pytest.mark.parametrize(
    "change",
    [
        change_test,
        change_test_in_secret,
        change_helper,
        change_data,
        add_what_is_looked_for,
        grow_what_is_looked_at,
        add_conftest,
    ],
)
def test_what_has_changed_is_read_anew(runner, suite, change):
    suite.write("data.txt", "old")
    (suite.dir.parent / "size").touch()
    suite.write(
        "helper.py",
        "from pathlib import Path\n"
        "HERE = Path(__file__).parent\n"
        "NEW = (HERE.parent / 'flag').exists() or (HERE.parent / 'size').stat().st_size\n"
        "DATA = 'new' if NEW else (HERE / 'data.txt').read_text()\n"
        "NEWS = 'new'\n",
    )
    suite.write("test_a.py", "from helper import *\nimport helper as h\n"
                "def test_a(): raise ValueError(h.DATA)\n")  # fmt: skip
    for _ in range(2):
        answer = runner.run(suite.dir)
        ahead(runner)
    assert message(answer) == "old"
    change(suite)
    assert message(runner.run(suite.dir)) == "new"


def test_a_test_file_that_comes_or_goes(runner, suite):
    suite.write("deep/test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    ahead(runner)
    suite.write("deep/test_b.py", "def test_b(): pass\n")
    assert set(runner.run(suite.dir).outcomes()) == {
        "deep/test_a.py::test_a",
        "deep/test_b.py::test_b",
    }
    ahead(runner)
    (suite.dir / "deep" / "test_a.py").unlink()
    assert set(runner.run(suite.dir).outcomes()) == {"deep/test_b.py::test_b"}
    ahead(runner)
    shutil.rmtree(suite.dir / "deep")
    suite.write("test_c.py", "def test_c(): pass\n")
    assert set(runner.run(suite.dir).outcomes()) == {"test_c.py::test_c"}


def test_selected_tests_only(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\ndef test_b(): pass\n")
    runner.run(suite.dir)
    ahead(runner)
    answer = runner.run(suite.dir, select=["test_a.py::test_b"])
    assert answer.outcomes() == {"test_a.py::test_b": "passed"}


REACHES = {
    "a connection": "socket.create_connection(('127.0.0.1', PORT)).close()",
    "a program": "subprocess.run(['true'], check=True)",
    "a file": "open('written', 'a').write('x')",
    "a directory": "os.makedirs('made', exist_ok=True)",
    "a database": "sqlite3.connect('base.db').execute('create table if not exists t (a)')",
    "a process": "os.waitpid(os.fork() or os._exit(0), 0)",
}


@pytest.mark.parametrize("what", REACHES)
def test_what_reaches_outside_waits_for_the_run(runner, suite, what):
    server = socket.create_server(("127.0.0.1", 0))
    served = threading.Thread(target=lambda: [server.accept() for _ in range(3)], daemon=True)
    served.start()
    do = REACHES[what].replace("PORT", str(server.getsockname()[1]))
    text = f"import os, socket, sqlite3, subprocess, time\n{do}\nAT = time.time()\n"
    suite.write("conftest.py", text)
    suite.write("test_a.py", TELLS)
    for _ in range(3):
        asked = time.time()
        assert float(message(runner.run(suite.dir))) >= asked
        ahead(runner, both=False)
    server.close()


def test_a_run_that_comes_while_the_scout_collects(runner, suite):
    suite.write("conftest.py", AT + "time.sleep(1)\n")
    suite.write("test_a.py", TELLS)
    suite.write("test_b.py", "def test_b(): pass\n")
    runner.run(suite.dir)
    child = runner.prepared()
    assert runner.prepared() == child
    time.sleep(0.3)
    asked = time.time()
    answer = runner.run(suite.dir)
    assert len(answer.outcomes()) == 2 and answer.kinds().count("total") == 1
    assert float(message(answer)) < asked


def test_a_collection_error_is_told_once_and_when_the_run_comes(runner, suite):
    suite.write("test_a.py", "import not_there\n")
    for _ in range(2):
        answer = runner.run(suite.dir)
        assert answer.outcomes() == {"test_a.py": "error"}
        assert answer.kinds().count("test") == 1
        ahead(runner)
    suite.write("test_a.py", "def test_a(): pass\n")
    assert runner.run(suite.dir).ok["passed"] == 1


@pytest.mark.parametrize(
    "does, says",
    [
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("os._exit(7)", "7"),
    ],
)
def test_the_scouts_end_is_the_runs(runner, suite, does, says):
    suite.write("test_a.py", f"import os\ndef test_a():\n    if os.path.exists('now'): {does}\n")
    assert runner.run(suite.dir).ok["passed"] == 1
    ahead(runner)
    (suite.dir.parent / "now").touch()
    (suite.dir / "now").touch()  # a new name in a directory that was read: no scout takes that run
    assert says in runner.run(suite.dir).error["message"]
    ahead(runner)
    assert says in runner.run(suite.dir).error["message"]


@pytest.mark.parametrize("which", [1, 2])
def test_a_scout_that_was_killed_is_no_matter(runner, suite, which):
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    os.kill(ahead(runner)[which], 9)
    assert runner.run(suite.dir).ok["passed"] == 1


def test_a_run_of_a_scout_is_cancelled_as_any_other(runner, suite):
    suite.write("test_a.py", "import time\ndef test_a(): time.sleep(1)\n")
    runner.run(suite.dir)
    pids = ahead(runner)
    number = runner.start(suite.dir)
    runner.ask("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"
    assert gone(*pids) == []


def test_the_summary_tells_the_tests_own_time(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir)
    ahead(runner)
    time.sleep(1.5)
    took = re.search(r"passed.* in ([\d.]+)s", runner.run(suite.dir).ok["output"])
    assert float(took[1]) < 1


def test_no_scout_where_a_report_has_the_sessions_times(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    runner.run(suite.dir, "--junitxml=report.xml")
    child = runner.prepared()
    time.sleep(0.5)
    assert [pid for pid in children_of(child) if "pipe" in doing(pid)] == []
