"""Every run sees the bytes that are on disk, also after a same-length edit within one second."""

import inspect
import os
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
