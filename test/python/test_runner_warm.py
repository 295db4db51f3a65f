"""What is kept warm between runs: pytest, installed modules, xdist's workers; and never the project's own."""

import pytest
from runner_client import RunnerClient

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
# Whether it was there before the tests imported it is a line in a file.
TEST = """
import os, sys
there = "{0}" in sys.modules
import {0}
with open(os.environ["LOG"], "a") as log:
    log.write("there\\n" if there else "new\\n")
def test_a(): pass
def test_b(): pass
"""


class Installed:
    """A directory of installed modules, and what they write when they are imported."""

    def __init__(self, directory):
        self.dir = directory / "site-packages"
        self.dir.mkdir()
        self.log = directory / "log"
        self.log.write_text("")
        self.env = {"PYTHONPATH": str(self.dir), "LOG": str(self.log)}

    def write(self, name, text):
        (self.dir / f"{name}.py").write_text(text)

    def imports(self):
        """How often it was not there so far."""
        return self.log.read_text().count("new")


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path)


@pytest.fixture
def runner(tmp_path, installed):
    client = RunnerClient(tmp_path, env=installed.env)
    yield client
    client.close()


def run_until_warm(runner, suite, installed, parallel, runs=20):
    """Run until a run imports nothing more; returns how many runs that took."""
    for number in range(runs):
        before = installed.imports()
        answer = runner.run(suite.dir, *parallel)
        assert answer.ok["failed"] + answer.ok["errors"] == 0, answer
        if installed.imports() == before:
            return number + 1
        runner.rest()
    raise AssertionError("each run imports it anew")


@BOTH
def test_an_installed_module_is_imported_once_for_all_runs(runner, suite, installed, parallel):
    installed.write("heavy", "VALUE = 1\n")
    suite.write("test_a.py", TEST.format("heavy"))
    assert run_until_warm(runner, suite, installed, parallel) > 1


@BOTH
@pytest.mark.parametrize("late", [False, True], ids=["from the first run on", "later"])
def test_what_a_conftest_has_pytest_rewrite_is_pytests_to_import(
    runner, suite, installed, parallel, late
):
    """Neither it, nor a package that imports it."""
    (installed.dir / "checks").mkdir()
    (installed.dir / "checks" / "__init__.py").write_text("from checks import same\n")
    (installed.dir / "checks" / "same.py").write_text("def same(a, b):\n    assert a == b\n")
    installed.write("wraps", "from checks.same import same\n")
    suite.write("pytest.ini", "[pytest]\nfilterwarnings = error\n")
    suite.write("test_a.py", "import wraps\ndef test_a():\n    wraps.same(1, 1)\n")
    if late:
        for _ in range(3):
            assert runner.run(suite.dir, *parallel).ok["passed"] == 1
            runner.rest()
    suite.write("conftest.py", "import pytest\npytest.register_assert_rewrite('checks.same')\n")
    if late:
        runner.run(suite.dir, *parallel)  # which can't know it yet
        runner.rest()
        assert runner.run(suite.dir, *parallel).error["kind"] == "stale"
        return
    for _ in range(3):
        assert runner.run(suite.dir, *parallel).ok["passed"] == 1
        runner.rest()


def test_the_projects_own_modules_are_never_kept(runner, suite, installed):
    suite.write("own.py", "VALUE = 1\n")
    suite.write("test_a.py", TEST.format("own"))
    for number in range(1, 5):
        runner.run(suite.dir)
        runner.rest()
        assert installed.imports() == number


UNSAFE = {
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "socket": "import socket\nopened = socket.socket()",
    "file": "import os\nkept = open(os.devnull)",
    "signal handler": "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: None)",
    "environment": "import os\nos.environ['HEAVY'] = '1'",
    "random state": "import random\nrandom.seed(1)",
    "random generator": "import random\nmine = random.Random()",
    "warning filter": "import warnings\nwarnings.simplefilter('error')",
    "warning": "import warnings\nwarnings.warn('old', DeprecationWarning)",
    "clock": "import time\nNOW = time.time()",
    "random bytes": "import uuid\nWHO = uuid.uuid4()",
    "process number": "import os\nWHO = os.getpid()",
    "worker's name": "import os\nWHO = os.environ.get('PYTEST_XDIST_WORKER')",
    "path": "import sys\nsys.path.append('/nowhere')",
    "working directory": "import os\nos.chdir('/')",
    "locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')\nlocale.setlocale(locale.LC_CTYPE, 'C')",
    "output": "print('imported')",
    "program": "import subprocess\nsubprocess.run(['true'])",
    "project's file": "import os\nwith open(os.environ['LOG']) as file: TEXT = file.read()",
    "builtin": "import builtins\nbuiltins.heavy = 1",
}


@pytest.mark.parametrize("code", UNSAFE.values(), ids=UNSAFE)
def test_what_leaves_more_than_definitions_is_imported_by_each_run(runner, suite, installed, code):
    installed.write("unsafe", code + "\n")
    installed.write("good", "VALUE = 1\n")
    suite.write("test_a.py", TEST.format("unsafe"))
    suite.write("test_b.py", TEST.format("good"))
    for _ in range(20):
        before = installed.imports()
        assert runner.run(suite.dir).ok["passed"] == 4
        runner.rest()
        if installed.imports() == before + 1:
            break
    assert installed.log.read_text().splitlines()[-2:] == ["new", "there"]


def test_a_module_that_was_installed_anew_makes_the_runner_stale(runner, suite, installed):
    installed.write("heavy", "VALUE = 1\n")
    suite.write("test_a.py", TEST.format("heavy"))
    run_until_warm(runner, suite, installed, ())
    installed.write("heavy", "VALUE = 1\nNEW = 1\n")
    answer = runner.run(suite.dir)
    assert answer.error["kind"] == "stale" and "heavy.py" in answer.error["message"]


def test_another_environment_makes_it_stale_once_something_is_kept(runner, suite, installed):
    installed.write("heavy", "import os\nWHO = os.environ.get('WHO')\n")
    suite.write("test_a.py", TEST.format("heavy"))
    run_until_warm(runner, suite, installed, ())
    assert runner.run(suite.dir, env={"WHO": "me"}).error["kind"] == "stale"


def test_a_module_of_another_path_is_not_taken_for_it(runner, suite, installed, tmp_path):
    """What the tests' own PYTHONPATH puts first is not what this runner would import."""
    installed.write("heavy", "WHO = 1\n")
    other = tmp_path / "other" / "site-packages"
    other.mkdir(parents=True)
    (other / "heavy.py").write_text("WHO = 2\n")
    suite.write("test_a.py", "import heavy\ndef test_a(): assert heavy.WHO == 2\n")
    for _ in range(3):
        assert runner.run(suite.dir, env={"PYTHONPATH": str(other)}).ok["passed"] == 1
        runner.rest()


def test_xdists_workers_have_what_plugins_put_into_the_environment(runner, suite):
    suite.write(
        "conftest.py",
        """
        import os
        def pytest_configure(config):
            if not hasattr(config, "workerinput"):
                os.environ["FROM_PLUGIN"] = "yes"
        """,
    )
    suite.write(
        "test_a.py",
        """
        import os, sys
        def test_a():
            assert os.environ["FROM_PLUGIN"] == "yes"
            assert os.environ["PYTEST_XDIST_WORKER"].startswith("gw")
            assert sys.argv == ["-c"] or "pytest" in sys.argv[0]
        """,
    )
    assert runner.run(suite.dir, "-n", "2").ok["passed"] == 1


def test_a_worker_of_xdist_that_dies_is_replaced(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, signal
        def test_a(): os.kill(os.getpid(), signal.SIGKILL)
        def test_b(): pass
        def test_c(): pass
        """,
    )
    ok = runner.run(suite.dir, "-n", "1").ok
    assert (ok["passed"], ok["failed"]) == (2, 1)


def test_xdists_workers_import_no_pytest_of_their_own(runner, suite):
    """They are forked from a process that has it: pytest is older than the worker itself."""
    suite.write(
        "test_a.py",
        """
        import os
        def test_a():
            # A new interpreter has execnet's own bootstrap in its command line.
            assert b"eval(sys.stdin.readline())" not in open("/proc/self/cmdline", "rb").read()
        """,
    )
    assert runner.run(suite.dir, "-n", "1").ok["passed"] == 1


def test_a_new_file_of_the_projects_with_the_name_of_a_kept_module_is_the_one_that_is_imported(
    runner, suite, installed
):
    installed.write("heavy", "WHO = 1\n")
    suite.write("test_a.py", TEST.format("heavy"))
    run_until_warm(runner, suite, installed, ())
    suite.write("heavy.py", "WHO = 2\n")
    assert runner.run(suite.dir).error["kind"] == "stale"


def test_a_file_of_that_name_that_was_there_before_is_no_matter(runner, suite, installed):
    suite.write("pytest.ini", "[pytest]\naddopts = --import-mode=importlib\n")
    installed.write("heavy", "WHO = 1\n")
    suite.write("tests/heavy.py", "WHO = 2\n")
    suite.write("tests/test_a.py", TEST.format("heavy"))
    run_until_warm(runner, suite, installed, ())
    assert runner.run(suite.dir).ok["passed"] == 2


@BOTH
def test_modules_of_pythons_own_library_are_kept_too(runner, suite, installed, parallel):
    suite.write("test_a.py", TEST.format("colorsys"))
    assert run_until_warm(runner, suite, installed, parallel) > 1


@BOTH
@pytest.mark.parametrize("name", ["heavy", "colorsys"])
def test_what_a_test_imports_itself_is_not_there_before_it(
    runner, suite, installed, parallel, name
):
    """A test may ask whether something is imported only where it is needed."""
    installed.write("heavy", "VALUE = 1\n")
    suite.write(
        "test_a.py",
        f"""
        import sys
        def test_a(): assert "{name}" not in sys.modules
        def test_b(): import {name}
        """,
    )
    for _ in range(3):
        assert runner.run(suite.dir, *parallel, "--dist", "loadfile").ok["passed"] == 2
        runner.rest()


PATCHES = """
import socket
def own(*arguments): raise OSError("no network")
socket.getaddrinfo = own
"""


@BOTH
@pytest.mark.parametrize("where", ["conftest.py", "test_0.py"])
@pytest.mark.parametrize("late", [False, True], ids=["from the first run on", "later"])
def test_what_the_tests_own_code_replaces_is_replaced_for_all_that_it_imports(
    runner, suite, installed, parallel, where, late
):
    """As `gevent.monkey.patch_all()` in a conftest.py: what is imported after it takes the new function."""
    installed.write("copies", "from socket import getaddrinfo as found\n")
    suite.write(where, "" if late else PATCHES)
    suite.write(
        "test_a.py",
        """
        import copies, socket
        def test_a(): assert copies.found is socket.getaddrinfo
        """,
    )
    for number in range(6):
        if late and number == 3:
            suite.write(where, PATCHES)
        answer = runner.run(suite.dir, *parallel)
        if number > 3 and late and answer.error:  # a new runner is asked for
            assert (
                answer.error["kind"] == "stale" and "socket.getaddrinfo" in answer.error["message"]
            )
            return
        assert answer.ok["passed"] == 1
        runner.rest()
    assert not late


@pytest.mark.parametrize(
    "named, why",
    [
        ({}, None),
        ({"warm": False}, "it is switched off"),
        ({"env": {"PYTHONOPTIMIZE": "1"}}, "environment"),
    ],
)
def test_why_a_run_is_not_forked_from_the_warm_process_is_reported(runner, suite, named, why):
    suite.write("test_a.py", "def test_a(): pass\n")
    told = runner.run(suite.dir, **named).ok["fast_paths"]["tests.warm"]
    assert told is None if why is None else why in told
