"""What is kept warm between runs: pytest, installed modules, xdist's workers; and never the project's own."""

import os

import pytest
from runner_client import RunnerClient

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
# Each import of it is a line in a file.
COUNTED = """
import os
with open(os.environ["LOG"], "a") as log:
    log.write(f"{os.getpid()}\\n")
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
        """How often it has been imported so far."""
        return len(self.log.read_text().splitlines())


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
    installed.write("heavy", COUNTED)
    suite.write("test_a.py", "import heavy\ndef test_a(): pass\ndef test_b(): pass\n")
    assert run_until_warm(runner, suite, installed, parallel) > 1


def test_the_projects_own_modules_are_never_kept(runner, suite, installed):
    suite.write("own.py", COUNTED)
    suite.write("test_a.py", "import own\ndef test_a(): pass\n")
    for number in range(1, 5):
        runner.run(suite.dir)
        runner.rest()
        assert installed.imports() == number


@pytest.mark.parametrize(
    "unsafe",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
        "import socket\nopened = socket.socket()\n",
        "import os\nkept = open(os.devnull)\n",
    ],
    ids=["thread", "socket", "file"],
)
def test_what_is_not_safe_to_fork_with_stays_out(runner, suite, installed, unsafe):
    installed.write("unsafe", unsafe + COUNTED)
    suite.write("test_a.py", "import unsafe\ndef test_a(): pass\n")
    for _ in range(4):
        before = installed.imports()
        assert runner.run(suite.dir).ok["passed"] == 1
        assert installed.imports() > before, "the run did not import it itself"
        runner.rest()


def test_a_module_that_was_installed_anew_makes_the_runner_stale(runner, suite, installed):
    installed.write("heavy", COUNTED)
    suite.write("test_a.py", "import heavy\ndef test_a(): pass\n")
    run_until_warm(runner, suite, installed, ())
    installed.write("heavy", COUNTED + "NEW = 1\n")
    answer = runner.run(suite.dir)
    assert answer.error["kind"] == "stale" and "heavy.py" in answer.error["message"]


def test_a_module_of_another_path_is_not_taken_for_it(runner, suite, installed, tmp_path):
    """What the tests' own PYTHONPATH puts first is not what this runner would import."""
    installed.write("heavy", COUNTED + "WHO = 1\n")
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


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="xdist's workers are forked from 3.9 on")
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
    assert runner.run(suite.dir, "-n", "1", "--dist", "loadfile").ok["passed"] == 1
