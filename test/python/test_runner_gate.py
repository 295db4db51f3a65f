"""The child that is forked before its run: never one that has read anything that has changed since."""

import os
import shutil
import signal
import time

import pytest
from runner_client import RunnerClient, gone

pytest_plugins = ("runner_client",)
PASSES = "def test_a(): pass\n"
SAYS = "import os\ndef test_a(): raise ValueError(f'group {os.getpgrp()}')\n"


def ran_in(answer):
    """The process group in which the test of SAYS has run: that of a child, whether itself or a scout has run it."""
    return int(answer.tests()["test_a.py::test_a"]["message"].split()[-1])


def test_a_run_takes_the_child_that_waits(runner, suite):
    suite.write("test_a.py", SAYS)
    assert runner.run(suite.dir).ok["failed"] == 1
    for _ in range(2):
        child = runner.prepared()
        assert ran_in(runner.run(suite.dir)) == child


def test_the_selection_comes_with_the_run(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\ndef test_b(): pass\n")
    runner.run(suite.dir)
    runner.prepared()
    answer = runner.run(suite.dir, select=["test_a.py::test_b"])
    assert answer.outcomes() == {"test_a.py::test_b": "passed"}
    runner.prepared()
    assert runner.run(suite.dir).ok["passed"] == 2


def test_a_save_in_the_directory_costs_no_new_child(runner, suite):
    suite.write("test_a.py", SAYS)
    run = (suite.dir, "-v", str(suite.dir))
    runner.run(*run, env={"PYTHONPATH": str(suite.dir)})
    child = runner.prepared()
    suite.write("saved.tmp", SAYS)
    (suite.dir / "saved.tmp").replace(suite.dir / "test_a.py")
    assert ran_in(runner.run(*run, env={"PYTHONPATH": str(suite.dir)})) == child


@pytest.mark.parametrize("kind", ["another command", "another environment", "another directory"])
def test_it_is_for_one_command_only(runner, suite, tmp_path, kind):
    suite.write("test_a.py", SAYS)
    runner.run(suite.dir)
    child = runner.prepared()
    if kind == "another command":
        answer = runner.run(suite.dir, "-v")
    elif kind == "another environment":
        answer = runner.run(suite.dir, env={"MORE": "1"})
    else:
        shutil.copytree(suite.dir, tmp_path / "other")
        answer = runner.run(tmp_path / "other")
    assert ran_in(answer) != child
    assert gone(child) == []


def test_settings_that_changed_meanwhile_hold(runner, suite):
    suite.write("test_a.py", "def test_one(): pass\ndef test_two(): pass\n")
    for setting, count in (("-k one", 1), ("-k two", 1), ("-k test", 2)):
        suite.write("pytest.ini", f"[pytest]\naddopts = {setting}\n")
        assert runner.run(suite.dir).ok["passed"] == count
        runner.prepared()
    os.unlink(suite.dir / "pytest.ini")
    suite.write("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-k two'\n")
    assert set(runner.run(suite.dir).outcomes()) == {"test_a.py::test_two"}


def test_conftest_and_test_files_are_read_when_the_run_comes(runner, suite):
    suite.write("test_a.py", "import conftest\ndef test_a(): raise ValueError(conftest.SAID)\n")
    for text in ("one", "two"):
        suite.write("conftest.py", f"SAID = {text!r}\n")
        answer = runner.run(suite.dir)
        assert answer.tests()["test_a.py::test_a"]["message"] == f"ValueError: {text}"
        runner.prepared()


def test_a_plugin_of_the_project_is_never_imported_early(runner, suite):
    suite.write("own_plugin.py", "import os, time\nat = time.time()\n")
    suite.write("test_a.py", "import own_plugin\ndef test_a(): raise ValueError(own_plugin.at)\n")
    for _ in range(3):
        asked = time.time()
        answer = runner.run(suite.dir, "-p", "own_plugin", env={"PYTHONPATH": str(suite.dir)})
        at = float(answer.tests()["test_a.py::test_a"]["message"].split()[-1])
        assert at >= asked
        runner.prepared()


def test_a_plugin_installed_meanwhile_is_found(suite, tmp_path):
    packages = tmp_path / "site-packages"
    packages.mkdir()
    client = RunnerClient(tmp_path, env={"PYTHONPATH": str(packages)})
    suite.write("test_a.py", PASSES)
    client.run(suite.dir)
    client.prepared()
    (packages / "late.py").write_text("def pytest_report_header(): return 'late is here'\n")
    info = packages / "late-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\nlate = late\n")
    assert "late is here" in client.run(suite.dir).ok["output"]
    client.close()


def test_a_directory_that_was_made_anew_is_the_one_that_is_used(runner, suite):
    suite.write("test_a.py", PASSES)
    runner.run(suite.dir)
    runner.prepared()
    shutil.rmtree(suite.dir)
    suite.dir.mkdir()
    suite.write("test_b.py", "import os\ndef test_b(): assert os.path.exists('test_b.py')\n")
    assert runner.run(suite.dir).outcomes() == {"test_b.py::test_b": "passed"}


def test_one_that_was_killed_is_no_matter(runner, suite):
    suite.write("test_a.py", PASSES)
    runner.run(suite.dir)
    os.kill(runner.prepared(), signal.SIGKILL)
    assert runner.run(suite.dir).ok["passed"] == 1


@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGKILL"])
def test_it_ends_with_the_runner(suite, tmp_path, end):
    client = RunnerClient(tmp_path)
    suite.write("test_a.py", PASSES)
    client.run(suite.dir, "-n", "2")
    child = client.prepared()
    if end == "stdin":
        client.close()
    else:
        os.kill(client.pid, getattr(signal, end))
        client.end()
    assert gone(child) == []


def test_a_run_that_is_cancelled_at_once_leaves_nothing(runner, suite):
    suite.write("test_a.py", "import time\ndef test_a(): time.sleep(300)\n")
    suite.write("pytest.ini", "[pytest]\n")
    for _ in range(2):
        number = runner.start(suite.dir)
        runner.ask("cancel", target=number)
        assert runner.wait(number).error["kind"] == "cancelled"
        runner.prepared()
        suite.write("pytest.ini", "[pytest]\naddopts = -v\n")  # the next one must be forked again


def test_unchanged_files_are_compiled_once(runner, suite):
    """Only what is compiled is told: the runner keeps it, by content."""
    suite.write("own.py", "def own(): return 1\n")
    suite.write("test_a.py", "import own, sys\ndef test_a(): assert own.own() == 1\n")
    suite.write(
        "conftest.py",
        """
        import sys
        def pytest_sessionfinish():
            compiled = sys.modules["gunicov_runner.child.fresh"].COMPILED
            print("compiled:", sorted(path.rsplit("/")[-1] for _, path in compiled))
        """,
    )
    assert "compiled: ['conftest.py', 'own.py', 'test_a.py']" in runner.run(suite.dir).ok["output"]
    runner.prepared()
    assert "compiled: []" in runner.run(suite.dir).ok["output"]
    runner.prepared()
    suite.write("own.py", "def own(): return 2\n")
    answer = runner.run(suite.dir)
    assert "compiled: ['own.py']" in answer.ok["output"]
    assert answer.outcomes() == {"test_a.py::test_a": "failed"}
