"""What goes wrong in a run: hangs, floods, crashes, nothing collected, wrong arguments."""

import sys
import time

import pytest
from runner_client import alive, children_of, gone, marked

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])


@BOTH
def test_a_hang_is_killed_at_the_limit_and_named(runner, suite, parallel):
    suite.write(
        "test_a.py",
        """
        import time
        def test_quick(): pass
        def test_hang():
            while True: time.sleep(0.01)
        """,
    )
    limit = 10 if parallel else 2  # the workers must have begun, on a busy machine too
    began = time.monotonic()
    answer = runner.run(suite.dir, *parallel, timeout=limit, env={"MARK": f"hang-{runner.pid}"})
    assert limit <= time.monotonic() - began < limit + 15
    assert answer.error["kind"] == "timeout"
    assert f"{limit} s" in answer.error["message"]
    assert "test_a.py::test_hang" in answer.error["message"]
    assert "test_quick" not in answer.error["message"]
    assert marked(f"hang-{runner.pid}") == []
    runner.rest()  # nothing is left but what ends, or waits, by itself


def test_what_ignores_signals_is_killed_in_the_end(runner, suite):
    suite.write(
        "test_a.py",
        """
        import signal, time
        def test_hang():
            for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
            while True: time.sleep(0.01)
        """,
    )
    began = time.monotonic()
    assert runner.run(suite.dir, timeout=2, grace=1).error["kind"] == "timeout"
    assert 5 <= time.monotonic() - began


def test_a_hundred_megabytes_of_output_stay_bounded(runner, suite):
    script = "import os\nline = b'x' * 99 + b'\\n'\nfor _ in range(1000): os.write(1, line * 1000)\nprint('the end')"
    before = memory(runner.pid)
    answer = runner.run(suite.dir, sys.executable, "-c", script)
    assert answer.ok["output"].endswith("the end\n")
    assert len(answer.ok["output"].encode()) <= 64 * 1024
    assert memory(runner.pid) - before < 4096


@BOTH
def test_a_flood_from_failing_tests_stays_bounded(runner, suite, parallel):
    suite.write(
        "test_a.py",
        """
        def test_flood():
            for _ in range(200): print("é" * 50_000)
            print("the last line")
            assert False, "m" * 1_000_000
        """,
    )
    answer = runner.run(suite.dir, *parallel)
    test = answer.tests()["test_a.py::test_flood"]
    assert len(test["output"].encode()) <= 64 * 1024
    assert "the last line" in test["output"] and "bytes left out" in test["output"]
    assert len(test["message"]) <= 2000
    assert memory(runner.pid) < 120_000


def memory(pid, which="VmHWM"):
    """Resident memory in KiB; the peak of it."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(which))


def test_ten_thousand_tests_in_workers_are_all_reported_and_leave_the_runner_as_small(
    runner, suite
):
    for number in range(10):
        suite.write(
            f"test_{number}.py",
            "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_a(n): pass\n",
        )
    sizes = []
    for files, count in (["test_0.py"], 1000), ([], 10_000):
        answer = runner.run(suite.dir, "-n", "2", *files, timeout=None)
        assert answer.ok["passed"] == answer.ok["total"] == len(answer.tests()) == count
        runner.rest()
        sizes.append(memory(runner.pid, "VmRSS"))
    assert sizes[1] < 1.1 * sizes[0], sizes  # what a test left behind would be there 10,000 times


def test_a_cancel_is_heard_during_a_flood(runner, suite):
    number = runner.start(suite.dir, "yes")
    time.sleep(0.3)
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"


def test_a_worker_of_xdist_that_crashes_fails_its_test_and_the_others_run(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, pytest
        def test_crash(): os._exit(9)
        @pytest.mark.parametrize("n", range(6))
        def test_other(n): pass
        """,
    )
    answer = runner.run(suite.dir, "-n", "2")
    test = answer.tests()["test_a.py::test_crash"]
    assert test["outcome"] == "failed"
    assert "crashed" in test["message"]
    assert (answer.ok["passed"], answer.ok["failed"], answer.ok["total"]) == (6, 1, 7)


def test_the_child_killed_by_a_signal_is_crashed_and_names_its_test(runner, suite):
    suite.write(
        "test_a.py", "import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    error = runner.run(suite.dir).error
    assert error["kind"] == "crashed"
    assert "SIGSEGV" in error["message"] and "test_a.py::test_a" in error["message"]


def test_an_exit_in_the_middle_with_status_0_is_no_success(runner, suite):
    suite.write(
        "test_a.py",
        "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass\n",
    )
    error = runner.run(suite.dir).error
    assert error["kind"] == "crashed" and "test_a.py::test_b" in error["message"]


def test_an_internal_error_of_pytest_is_crashed(runner, suite):
    suite.write("conftest.py", "def pytest_collection_finish(): raise ValueError('a bad plugin')\n")
    suite.write("test_a.py", "def test_a(): pass\n")
    error = runner.run(suite.dir).error
    assert error["kind"] == "crashed"
    assert "ValueError: a bad plugin" in error["message"]
    assert "INTERNALERROR" in error["detail"]


@pytest.mark.parametrize("count", [1, 6])
def test_an_internal_error_in_a_worker_of_xdist_is_no_success(runner, suite, count):
    suite.write(
        "conftest.py",
        """
        def pytest_runtest_logstart(nodeid):
            if nodeid.endswith("[0]"):
                raise ValueError("a bad plugin")
        """,
    )
    suite.write(
        "test_a.py",
        f"""
        import pytest
        @pytest.mark.parametrize("n", range({count}))
        def test_a(n): pass
        """,
    )
    error = runner.run(suite.dir, "-n", "2").error
    assert error["kind"] == "crashed"
    assert "ValueError: a bad plugin" in error["message"]


def test_tests_without_an_outcome_are_no_success(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    error = runner.run(suite.dir, "--collect-only").error
    assert error["kind"] == "crashed" and "1 of 1 tests reported no outcome" in error["message"]


@BOTH
def test_no_tests(runner, suite, parallel):
    suite.write("test_a.py", "")
    error = runner.run(suite.dir, *parallel).error
    assert error["kind"] == "no-tests"
    assert str(suite.dir) in error["message"] and error["fix"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--nosuchoption"], "unrecognized arguments: --nosuchoption"),
        (["-q", "nosuchfile.py"], "file or directory not found: nosuchfile.py"),
        (["--maxfail", "x"], "argument --maxfail"),
    ],
)
@BOTH
def test_usage_says_what_pytest_says(runner, suite, arguments, says, parallel):
    suite.write("test_a.py", "def test_a(): pass\n")
    error = runner.run(suite.dir, *parallel, *arguments).error
    assert error["kind"] == "usage"
    assert says in error["message"]
    assert error["detail"]


def test_a_broken_conftest_is_said(runner, suite):
    suite.write("conftest.py", "import nosuchmodule\n")
    error = runner.run(suite.dir).error
    assert error["kind"] == "usage"
    assert "conftest.py" in error["message"] and "nosuchmodule" in error["message"]


@pytest.mark.parametrize("option", [["-n", "2"], ["-n2"], ["--dist", "load"], ["--numprocesses=2"]])
def test_options_of_xdist_without_xdist(runner, suite, option):
    suite.write("test_a.py", "def test_a(): pass\n")
    error = runner.run(suite.dir, "-p", "no:xdist", "-p", "no:xdist.looponfail", *option).error
    assert error["kind"] == "no-plugin"
    assert "pytest-xdist" in error["message"] and "install pytest-xdist" in error["fix"]


def test_an_unknown_option_is_not_mistaken_for_one_of_xdist(runner, suite):
    assert runner.run(suite.dir, "--nothing").error["kind"] == "usage"


def test_pytest_exit_keeps_its_code(runner, suite):
    suite.write("test_a.py", "import pytest\ndef test_a(): pytest.exit('enough')\n")
    answer = runner.run(suite.dir)
    assert answer.ok["exit_code"] == 2


@pytest.mark.parametrize("leftover", ["sleep 300 &", "setsid sleep 300 &", "(setsid sleep 300 &);"])
def test_a_run_settles_when_all_that_it_started_is_dead(runner, suite, leftover):
    mark = f"leftover-{runner.pid}-{time.monotonic_ns()}"
    answer = runner.run(suite.dir, "sh", "-c", f"{leftover} exit 0", env={"MARK": mark})
    assert answer.ok["passed"] == 1
    assert marked(mark) == [] and children_of(runner.pid) == []


def test_a_command_killed_by_a_signal_is_crashed(runner, suite):
    error = runner.run(suite.dir, "sh", "-c", "kill -9 $$").error
    assert error["kind"] == "crashed" and "SIGKILL" in error["message"]


def test_the_client_s_helpers_see_processes():
    assert alive(1) and gone(1, within=0.1) == [1]
