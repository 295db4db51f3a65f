"""pytest ends with a code of its own although every test passed: the run counts, and says why it ended so."""

import pytest

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
PASSES = "def test_one(): pass\ndef test_two(): pass\n"


def ends_with(code, said=""):
    return f"""
        import pytest
        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            if hasattr(session.config, "workerinput"):
                return
            session.exitstatus = {code}
        def pytest_terminal_summary(terminalreporter):
            terminalreporter.write({said!r})
    """


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 42])
def test_a_conftest_that_decides_on_the_code_loses_no_test(runner, suite, code):
    suite.write("test_a.py", PASSES)
    suite.write("conftest.py", ends_with(code))
    answer = runner.run(suite.dir)
    assert answer.error is None
    assert (answer.ok["passed"], answer.ok["exit_code"]) == (2, code)
    assert answer.ok["ended"].startswith(f"pytest itself ended with {code}: ")
    assert "no test failed" in answer.ok["ended"]


@BOTH
def test_what_a_plugin_says_of_it_is_reported(runner, suite, parallel):
    suite.write("test_a.py", PASSES)
    said = "\nFAIL Required test coverage of 90% not reached. Total coverage: 50.00%\n"
    suite.write("conftest.py", ends_with(1, said))
    ok = runner.run(suite.dir, *parallel).ok
    wanted = "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%"
    assert ok["ended"] == f"pytest itself ended with 1: {wanted}"


def test_an_error_after_the_last_test_is_reported(runner, suite):
    suite.write("test_a.py", PASSES)
    suite.write(
        "conftest.py", "def pytest_sessionfinish(): raise RuntimeError('no report today')\n"
    )
    answer = runner.run(suite.dir)
    assert answer.error is None
    assert answer.ok["passed"] == 2
    assert "RuntimeError: no report today" in answer.ok["ended"]


def test_a_process_that_dies_after_its_last_test_is_reported(runner, suite):
    suite.write("test_a.py", PASSES)
    suite.write(
        "conftest.py",
        "import os, signal\ndef pytest_unconfigure(): os.kill(os.getpid(), signal.SIGSEGV)\n",
    )
    answer = runner.run(suite.dir)
    assert answer.error is None
    assert answer.ok["passed"] == 2
    assert "killed by SIGSEGV" in answer.ok["ended"]


@BOTH
def test_tests_that_did_not_run_are_no_run(runner, suite, parallel):
    suite.write("test_a.py", "import pytest\n" + PASSES + "def test_z(): pytest.exit('enough')\n")
    answer = runner.run(suite.dir, *parallel)
    assert answer.error or (answer.ok["ended"] is None and answer.ok["exit_code"] == 2)


def test_a_run_that_ends_well_or_with_failures_says_nothing_more(runner, suite):
    suite.write("test_a.py", PASSES)
    assert runner.run(suite.dir).ok["ended"] is None
    suite.write("test_a.py", PASSES + "def test_no(): assert 0\n")
    assert runner.run(suite.dir).ok["ended"] is None
