"""Every run sees the bytes that are on disk, also after a same-length edit within one second."""

import inspect
import os
import re
import subprocess
import sys
import sysconfig

import pytest
from _pytest.assertion import rewrite
from runner_client import RunnerClient

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
SECOND = 1_700_000_000
HASHED = "source_hash" in inspect.getsource(rewrite._read_pyc)


def write(suite, name, text):
    """Write a file whose time is always the same whole second: as a .pyc sees a quick edit."""
    os.utime(suite.write(name, text), (SECOND, SECOND))


def code(suite, value):
    write(suite, "conftest.py", f"import pytest\n@pytest.fixture\ndef c(): return {value}\n")
    write(suite, "helper.py", f"VALUE = {value}\n")
    write(suite, "package/__init__.py", f"VALUE = {value}\n")
    write(
        suite,
        "test_a.py",
        f"import helper, package\ndef test_a(c):\n"
        f"    assert [{value}, c, helper.VALUE, package.VALUE] == 0\n",
    )


def seen(answer):
    return answer.tests()["test_a.py::test_a"]["message"]


def caches(suite):
    return sorted(path.name for path in suite.dir.rglob("*.pyc"))


@BOTH
def test_caches_that_another_pytest_left_are_not_read(runner, suite, parallel):
    code(suite, 1)
    env = {"PATH": "/usr/bin:/bin"}  # without PYTHONDONTWRITEBYTECODE
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=suite.dir, env=env, capture_output=True, check=False)
    left = caches(suite)
    assert len(left) == 4 and any("pytest" in name for name in left)
    code(suite, 2)
    stale = subprocess.run(command, cwd=suite.dir, env=env, capture_output=True, check=False)
    # The trap is real: Python falls into it, and pytest before its caches held a hash of the source.
    assert (b"[2, 2, 1, 1]" if HASHED else b"[1, 1, 1, 1]") in stale.stdout
    assert seen(runner.run(suite.dir, *parallel)) == "assert [2, 2, 2, 2] == 0"
    assert caches(suite) == left


@BOTH
def test_quick_edits_between_runs_are_seen_and_no_cache_is_written(runner, suite, parallel):
    for value in (1, 2, 3):
        code(suite, value)
        answer = runner.run(suite.dir, *parallel)
        assert seen(answer) == f"assert [{value}, {value}, {value}, {value}] == 0"
    assert caches(suite) == []


def test_the_runner_itself_imports_nothing_of_the_project(suite):
    """It starts in the project's directory, as `docker exec` does, and imports pytest there."""
    suite.write("pluggy.py", "raise RuntimeError('the project has a pluggy.py')\n")
    suite.write("test_a.py", "def test_a(): pass\n")
    client = RunnerClient(suite.dir)
    script = os.path.join(sysconfig.get_path("scripts"), "pytest")
    assert client.run(suite.dir, script).ok["passed"] == 1
    client.close()
    assert client.errors == b""


def test_installed_packages_keep_their_caches(runner, suite):
    """Compiling them anew in each worker would cost half a second and more."""
    suite.write(
        "test_a.py",
        """
        import importlib.machinery
        read = []
        class Loader(importlib.machinery.SourceFileLoader):
            def get_data(self, path):
                read.append(path)
                return super().get_data(path)
        def test_a():
            import iniconfig
            loader = Loader("iniconfig", iniconfig.__file__)
            loader.get_code("iniconfig")
            assert read[0].endswith(".pyc") or not __import__("os").path.exists(read[0])
        """,
    )
    assert runner.run(suite.dir).ok["passed"] == 1


COUNTS = """
import os, sys
def hear(event, arguments):
    if event == "compile":
        name = os.path.basename(os.fsdecode(arguments[1] or ""))
        if name.startswith(("test_", "helper", "plugged")):
            with open(os.environ["LOG"], "a") as log:
                log.write(name + "\\n")
sys.addaudithook(hear)
"""


@BOTH
def test_where_no_cache_is_written_what_has_not_changed_is_compiled_once_all_the_same(
    tmp_path, suite, parallel
):
    """As in a container with PYTHONDONTWRITEBYTECODE; what pytest rewrites of installed packages, too."""
    installed, log = tmp_path / "site-packages", tmp_path / "log"
    installed.mkdir()
    (installed / "plugged.py").write_text("def check(a): assert a\n")
    env = {"PYTHONDONTWRITEBYTECODE": "1", "LOG": str(log), "PYTHONPATH": str(installed)}
    suite.write(
        "conftest.py", f"{COUNTS}import pytest\npytest.register_assert_rewrite('plugged')\n"
    )
    suite.write("helper.py", "VALUE = 1\n")
    suite.write("test_a.py", "import helper, plugged\ndef test_a(): assert helper.VALUE == 1\n")
    runner = RunnerClient(tmp_path, env=env)
    try:
        for changed in ({"test_a.py", "helper.py", "plugged.py"}, set(), {"helper.py"}):
            log.write_text("")
            if changed == {"helper.py"}:
                suite.write("helper.py", "VALUE = 1  # anew\n")
            assert runner.run(suite.dir, *parallel).ok["passed"] == 1
            assert set(log.read_text().split()) == changed
    finally:
        runner.close()


@BOTH
@pytest.mark.parametrize("writes", [True, False], ids=["a cache", "no cache"])
def test_what_the_compiler_warns_of_is_reported_as_often_as_by_hand(
    tmp_path, suite, parallel, writes
):
    suite.write("helper.py", 'VALUE = "\\d"\n')
    suite.write("test_a.py", 'import helper\ndef test_a(): assert "\\d" == helper.VALUE\n')
    env = {} if writes else {"PYTHONDONTWRITEBYTECODE": "1"}
    runner = RunnerClient(tmp_path, env=env)
    environ = {"PATH": "/usr/bin:/bin", **env}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *parallel]
    try:
        for _ in range(3):
            events = runner.run(suite.dir, *parallel).events
            told = [one for event in events for one in event.get("warnings", ())]
            ours = sum("invalid escape" in one["message"] for one in told)
            done = subprocess.run(
                command, cwd=suite.dir, env=environ, capture_output=True, check=False
            )
            # The summary has each warning as a line that begins with where it is.
            theirs = len(re.findall(rb"^  .*Warning: .*invalid escape", done.stdout, re.MULTILINE))
            assert ours == theirs
    finally:
        runner.close()
