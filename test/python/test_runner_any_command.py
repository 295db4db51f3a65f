"""Commands that are not pytest: a pytest in them is heard, else JUnit XML or TAP is read, else it is one test."""

import os
import shutil
import sys
import time

import pytest

pytest_plugins = ("runner_client",)

TESTS = """
    import os, pytest, sys, warnings

    def test_pass():
        warnings.warn("old thing")
    def test_fail(): assert 1 == 2
    def test_nothing_is_left_behind():
        assert "GUNICOV_TELL" not in os.environ
        assert "PYTHONPATH" not in os.environ
        assert not any("/proc/" in entry for entry in sys.path)
"""
OUTCOMES = {
    "test_a.py::test_pass": "passed",
    "test_a.py::test_fail": "failed",
    "test_a.py::test_nothing_is_left_behind": "passed",
}
PYTEST = f"{sys.executable} -m pytest -p no:cacheprovider"


def said(answer):
    return [event["message"] for event in answer.events if event["event"] == "said"]


def script(suite, text):
    path = suite.write("run.sh", "#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("options", ["", "-n 2", "-p no:terminal"])
def test_pytest_in_a_script_is_heard(runner, suite, options):
    suite.write("test_a.py", TESTS)
    answer = runner.run(suite.dir, script(suite, f"{PYTEST} {options}\n"), timeout=60)
    assert answer.outcomes() == OUTCOMES
    assert (answer.ok["passed"], answer.ok["failed"], answer.ok["exit_code"]) == (2, 1, 1)
    assert answer.tests()["test_a.py::test_fail"]["message"] == "assert 1 == 2"
    [told] = [event for event in answer.events if event["event"] == "told"]
    assert [warning["message"] for warning in told["warnings"]] == ["old thing"]
    assert said(answer) == []


@pytest.mark.parametrize(
    "words",
    [
        [sys.executable, "-X", "dev", "-m", "pytest"],
        ["env", "A=1", sys.executable, "-m", "pytest"],
        ["sh", "-c", f"{sys.executable} -m pytest"],
    ],
    ids=["python -X dev", "env", "sh -c"],
)
def test_pytest_behind_other_words_is_heard(runner, suite, words):
    suite.write("test_a.py", TESTS)
    assert runner.run(suite.dir, *words, "-p", "no:cacheprovider").outcomes() == OUTCOMES


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_pytest_in_make_is_heard(runner, suite):
    suite.write("test_a.py", TESTS)
    (suite.dir / "Makefile").write_text(f"test:\n\t{PYTEST}\n")
    answer = runner.run(suite.dir, "make", "test")
    assert answer.outcomes() == OUTCOMES
    assert answer.ok["exit_code"] == 2


def test_two_sessions_with_tests_of_the_same_name_hide_nothing(runner, suite):
    suite.write("one/test_a.py", "def test_a(): assert 0\n")
    suite.write("two/test_a.py", "def test_a(): pass\n")
    text = f"cd one; {PYTEST}; cd ../two; {PYTEST}\n"
    for name in ("one", "two"):
        (suite.dir / name / "pytest.ini").write_text("[pytest]\n")
    answer = runner.run(suite.dir, script(suite, text))
    assert answer.outcomes() == {"test_a.py::test_a": "failed", "test_a.py::test_a (2)": "passed"}
    assert (answer.ok["total"], answer.ok["exit_code"]) == (2, 0)


def test_sessions_at_the_same_time_do_not_mix_their_words(runner, suite):
    many = "import pytest\n@pytest.mark.parametrize('n', range(300))\ndef test_{0}(n): assert 0, 'x' * 5000\n"
    for name in "ab":
        suite.write(f"test_{name}.py", many.format(name))
    text = f"{PYTEST} test_a.py & {PYTEST} test_b.py; wait\n"
    answer = runner.run(suite.dir, script(suite, text), timeout=60)
    assert answer.ok["failed"] == 600


def test_a_pytest_in_a_test_is_no_test_of_ours(runner, suite):
    suite.write("conftest.py", "pytest_plugins = ['pytester']\n")
    suite.write(
        "test_outer.py",
        """
        def test_a(pytester):
            pytester.makepyfile("def test_inner(): assert 0")
            pytester.runpytest_inprocess().assert_outcomes(failed=1)
            pytester.runpytest_subprocess().assert_outcomes(failed=1)
        """,
    )
    assert runner.run(suite.dir, script(suite, PYTEST)).outcomes() == {
        "test_outer.py::test_a": "passed"
    }


def test_what_comes_after_the_tests_can_fail_the_command(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\n")
    answer = runner.run(
        suite.dir, script(suite, f"{PYTEST} && echo ERROR: the linter says no && exit 3")
    )
    assert answer.ok["passed"] == 1
    assert answer.ok["ended"].endswith("itself ended with 3: ERROR: the linter says no")


def test_a_pytest_that_dies_in_a_command_is_no_run(runner, suite):
    suite.write("test_a.py", "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n")
    answer = runner.run(suite.dir, script(suite, PYTEST))
    assert answer.error["kind"] == "crashed"
    assert "1 of 2 tests reported no outcome" in answer.error["message"]


def test_no_tests_in_a_command(runner, suite):
    assert runner.run(suite.dir, script(suite, PYTEST)).error["kind"] == "no-tests"


def test_a_command_that_is_cut_off_leaves_nothing(runner, suite):
    suite.write("test_a.py", "import time\ndef test_a(): time.sleep(60)\n")
    number = runner.start(suite.dir, script(suite, PYTEST))
    runner.until(number, lambda message: message.get("total") == 1)
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"


def test_a_docker_exec_that_is_cut_off_is_named_in_the_next_run(runner, suite):
    docker = suite.write("bin/docker", "#!/bin/sh\ntouch started\nsleep 60\n")
    docker.chmod(0o755)
    env = {"PATH": f"{suite.dir}/bin:{os.environ['PATH']}"}
    number = runner.start(suite.dir, "sh", "-c", "docker exec -T shop pytest; true", env=env)
    until = time.monotonic() + 30
    while not os.path.exists(suite.dir / "started") and time.monotonic() < until:
        time.sleep(0.02)
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"

    next_one, one_more = (runner.run(suite.dir, "true") for _ in range(2))
    (doubt,) = [event["message"] for event in next_one.events if event["event"] == "doubt"]
    assert doubt.startswith("unproven: ") and "docker exec -T shop pytest" in doubt
    assert "doubt" not in one_more.kinds()


JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="s" tests="5">
<testcase classname="shop.Cart" name="adds" time="0.25"/>
<testcase classname="shop.Cart" name="adds" time="1,000.5"/>
<testcase classname="shop.Cart" name="pays" file="cart.py" line="12"><failure message="1 != 2">Traceback …</failure>
<system-out>paid</system-out></testcase>
<testcase name="breaks"><error type="IOError"/></testcase>
<testcase name="later"><skipped message="not today"/></testcase>
</testsuite></testsuites>
"""


def run_junit(runner, suite, text, code, junit="out/*.xml"):
    suite.write("report.txt", "").write_text(text)
    (suite.dir / "out").mkdir(exist_ok=True)
    words = [script(suite, f"cp report.txt out/report.xml; exit {code}\n")]
    return runner.ask(
        "run", command=words, cwd=str(suite.dir), env={}, select=[], timeout=20, junit=[junit]
    )


def test_junit_xml_tells_single_results(runner, suite):
    answer = run_junit(runner, suite, JUNIT, 1)
    assert answer.outcomes() == {
        "shop.Cart::adds": "passed",
        "shop.Cart::adds (2)": "passed",
        "cart.py::pays": "failed",
        "breaks": "error",
        "later": "skipped",
    }
    tests = answer.tests()
    assert [tests[name]["ms"] for name in ("shop.Cart::adds", "shop.Cart::adds (2)")] == [
        250,
        1000500,
    ]
    pays = tests["cart.py::pays"]
    assert (pays["message"], pays["place"]) == ("1 != 2", "cart.py:12")
    assert "Traceback" in pays["output"] and "paid" in pays["output"]
    assert (answer.ok["total"], said(answer)) == (5, [])


def test_a_junit_report_of_an_earlier_run_is_not_read(runner, suite):
    suite.write("out/report.xml", JUNIT)
    words = [script(suite, "exit 0\n")]
    answer = runner.ask(
        "run",
        command=words,
        cwd=str(suite.dir),
        env={},
        select=[],
        timeout=20,
        junit=["out/report.xml"],
    )
    assert list(answer.outcomes().values()) == ["passed"]
    assert "has written no result to out/report.xml" in said(answer)[0]


def test_a_broken_junit_report_is_an_error_and_one_that_fails_by_its_code_alone_says_so(
    runner, suite
):
    answer = run_junit(runner, suite, "<testsuite><testcase", 0)
    assert list(answer.outcomes().values()) == ["error"]
    good = '<testsuite><testcase name="a"/></testsuite>'
    assert "itself ended with 7" in run_junit(runner, suite, good, 7).ok["ended"]


TAP = """TAP version 13
1..6
ok 1 - adds
not ok 2 - pays
  ---
  message: 'one is not two'
  ...
ok 3 - later # SKIP not today
not ok 4 - known # TODO a bug
ok 5
# a comment
    ok 1 - of a part
ok 6 - adds
"""


def test_tap_tells_single_results(runner, suite):
    suite.write("tap.txt", "").write_text(TAP)
    answer = runner.run(suite.dir, script(suite, "cat tap.txt; exit 1\n"))
    assert answer.outcomes() == {
        "adds": "passed",
        "pays": "failed",
        "later": "skipped",
        "known": "skipped",
        "test 5": "passed",
        "adds (2)": "passed",
    }
    assert answer.tests()["pays"]["message"] == "one is not two"
    assert answer.tests()["known"]["xfail"] == "xfailed"


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("1..3\nok 1 a\n", {"a": "passed", "TAP plan": "error"}),
        ("1..2\nok 1 a\nBail out! no server\n", {"a": "passed", "TAP plan": "error"}),
        ("ok 1 a\nok 2 b\n1..2\n", {"a": "passed", "b": "passed"}),
    ],
)
def test_tap_that_is_cut_short_is_not_whole(runner, suite, text, outcomes):
    suite.write("tap.txt", "").write_text(text)
    assert runner.run(suite.dir, script(suite, "cat tap.txt\n")).outcomes() == outcomes


@pytest.mark.parametrize("text", ["ok\nok then\n", "1..3\n", "all is ok\n", ""])
def test_what_is_neither_is_one_test_and_says_so(runner, suite, text):
    suite.write("out.txt", "").write_text(text)
    answer = runner.run(suite.dir, script(suite, "cat out.txt; exit 2\n"))
    assert list(answer.outcomes().values()) == ["failed"]
    assert "is one test for gunicov" in said(answer)[0]
