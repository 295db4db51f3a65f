"""The process in which tests run is to them what pytest's own is, from its name to its end."""

import os
import subprocess
import sys

import pytest
from runner_client import FOREIGN

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "1")], ids=["serial", "xdist"])
OPEN = """
    import os, tempfile
    HERE = os.path.dirname(__file__)
    KEPT = open(os.path.join(HERE, "kept"), "a")  # nobody closes it
    SCRATCH = tempfile.NamedTemporaryFile(dir=HERE, prefix="scratch-")

    class Resource:
        def __del__(self, path=os.path.join(HERE, "away"), open=open):
            with open(path, "a") as file:
                file.write("+")

    RESOURCE = Resource()

    def test_a():
        KEPT.write("row")
"""
NAMES = """
    import sys

    def test_names():
        main = sys.modules["__main__"]
        raise ValueError(sys.executable, getattr(sys, "orig_argv", [])[:3], sys.dont_write_bytecode,
                         getattr(main, "__file__", None))
"""


@BOTH
def test_what_a_test_file_has_open_is_written_and_deleted_at_the_end(runner, suite, parallel):
    suite.write("test_a.py", OPEN)
    for count in (1, 2, 3):
        answer = runner.run(suite.dir, *parallel)
        assert answer.ok["passed"] == 1
        assert (suite.dir / "kept").read_text() == count * "row"
        # xdist's controller imports no test file; each worker has one.
        assert (suite.dir / "away").read_text() == count * "+"
        assert not list(suite.dir.glob("scratch-*"))


def test_a_daemon_thread_at_the_end_says_nothing(runner, suite):
    suite.write(
        "test_a.py",
        """
        import threading, time
        STOP = []
        def turn():
            while not STOP:
                time.sleep(0.001)
        threading.Thread(target=turn, daemon=True).start()
        def test_a(): pass
        """,
    )
    answer = runner.run(suite.dir)
    assert answer.ok["passed"] == 1
    assert "Exception" not in answer.ok["output"]


@BOTH
def test_its_names_are_those_of_plain_pytest(runner, suite, parallel):
    suite.write("test_a.py", NAMES)
    environ = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *parallel]
    done = subprocess.run(
        command, cwd=suite.dir, env=environ, capture_output=True, text=True, check=False
    )
    [expected] = {line for line in done.stdout.splitlines() if line.startswith("E ")}
    for _ in range(2):
        [test] = runner.run(suite.dir, *parallel).tests().values()
        assert test["message"] == expected.removeprefix("E").strip()


@BOTH
def test_a_traceback_through_an_import_has_no_frame_of_ours(runner, suite, parallel):
    suite.write("raises.py", "def load():\n    raise KeyError('x')\n\nload()\n")
    suite.write("broken.py", "def broken(:\n")
    suite.write("test_a.py", "def test_a(): import raises\ndef test_b(): import broken\n")
    suite.write("test_c.py", "import raises\n")
    suite.write("test_d.py", "def broken(:\n")
    for _ in range(2):
        tests = runner.run(suite.dir, *parallel, "--continue-on-collection-errors").tests()
        assert len(tests) == 4
        for name, test in tests.items():
            assert "gunicov_runner" not in test["output"], test["output"]
            # pytest shows importlib's own frames only where something else stands between them.
            if "::" in name:
                assert "importlib._bootstrap" not in test["output"], test["output"]
