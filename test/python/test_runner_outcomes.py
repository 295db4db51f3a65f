"""Outcomes of real pytest runs, serial and under xdist: merged, counted, placed, and in valid JSON."""

import json
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
SCRIPTS = Path(sysconfig.get_path("scripts"))

EVERY_OUTCOME = """
    import pytest, time

    def test_pass(): time.sleep(0.02)
    def test_fail():
        print("said on stdout")
        answer = 41
        assert answer == 42
    @pytest.fixture
    def no_setup(): raise ValueError("no setup")
    @pytest.fixture
    def no_teardown():
        yield
        raise RuntimeError("no teardown")
    def test_setup(no_setup): pass
    def test_teardown(no_teardown): pass
    def test_fail_and_teardown(no_teardown): assert 1 == 2
    def test_no_fixture(nosuchfixture): pass
    @pytest.mark.skip(reason="not today")
    def test_skip(): pass
    def test_skip_inside(): pytest.skip("not now")
    @pytest.mark.xfail(reason="known")
    def test_xfail(): assert False
    @pytest.mark.xfail
    def test_xpass(): pass
    @pytest.mark.xfail(strict=True)
    def test_xpass_strict(): pass
"""


@BOTH
def test_every_outcome_is_merged_into_one(runner, suite, parallel):
    suite.write("test_a.py", EVERY_OUTCOME)
    answer = runner.run(suite.dir, *parallel)
    assert answer.outcomes() == {
        "test_a.py::test_pass": "passed",
        "test_a.py::test_fail": "failed",
        "test_a.py::test_setup": "error",
        "test_a.py::test_teardown": "error",
        "test_a.py::test_fail_and_teardown": "failed",
        "test_a.py::test_no_fixture": "error",
        "test_a.py::test_skip": "skipped",
        "test_a.py::test_skip_inside": "skipped",
        "test_a.py::test_xfail": "skipped",
        "test_a.py::test_xpass": "passed",
        "test_a.py::test_xpass_strict": "failed",
    }
    counts = {key: answer.ok[key] for key in ("passed", "failed", "errors", "skipped", "total")}
    assert counts == {"passed": 2, "failed": 3, "errors": 3, "skipped": 3, "total": 11}
    assert answer.ok["exit_code"] == 1
    assert answer.kinds()[0] == "total" and answer.events[0]["total"] == 11
    assert answer.kinds().count("test") == 11


@BOTH
def test_messages_places_and_output(runner, suite, parallel):
    suite.write("test_a.py", EVERY_OUTCOME)
    tests = runner.run(suite.dir, *parallel).tests()
    told = {name.split("::")[1]: (test["message"], test["place"]) for name, test in tests.items()}
    assert told["test_fail"] == ("assert 41 == 42", "test_a.py:8")
    assert told["test_setup"] == ("ValueError: no setup", "test_a.py:10")
    assert told["test_teardown"] == ("RuntimeError: no teardown", "test_a.py:14")
    assert told["test_fail_and_teardown"][0] == "assert 1 == 2"
    assert told["test_no_fixture"][0] == "fixture 'nosuchfixture' not found"
    assert told["test_skip"][0] == "not today"
    assert told["test_skip_inside"][0] == "not now"
    assert told["test_xfail"][0] == "known"
    assert told["test_xpass_strict"][0] == "[XPASS(strict)]"
    passed = tests["test_a.py::test_pass"]
    assert (passed["message"], passed["place"], passed["output"]) == ("", "", "")
    output = tests["test_a.py::test_fail"]["output"]
    assert "    def test_fail():\n" in output
    assert "Captured stdout call" in output and "said on stdout" in output


@BOTH
def test_times_are_those_of_the_whole_test(runner, suite, parallel):
    suite.write(
        "test_a.py",
        """
        import pytest, time
        @pytest.fixture
        def slow():
            time.sleep(0.1)
            yield
            time.sleep(0.1)
        def test_slow(slow): time.sleep(0.1)
        """,
    )
    before = time.time()
    test = runner.run(suite.dir, *parallel).tests()["test_a.py::test_slow"]
    assert before < test["started"] < test["ended"] < time.time()
    assert 300 <= test["ms"]
    assert abs((test["ended"] - test["started"]) * 1000 - test["ms"]) < 1


def test_each_test_is_reported_as_it_finishes(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, time
        def test_first(): pass
        def test_second():
            while not os.path.exists("told"): time.sleep(0.01)
        """,
    )
    number = runner.start(suite.dir)
    runner.until(number, lambda m: m.get("test") == "test_a.py::test_first")
    suite.write("told", "")
    assert runner.wait(number).ok["passed"] == 2


@BOTH
def test_a_collection_error_is_an_error_of_the_file(runner, suite, parallel):
    suite.write("test_good.py", "def test_a(): pass\n")
    suite.write("test_bad.py", "import json\nimport nosuchmodule\n")
    suite.write("test_syntax.py", "def test_a(:\n")
    answer = runner.run(suite.dir, *parallel)
    tests = answer.tests()
    assert answer.ok["errors"] == 2
    assert tests["test_bad.py"]["outcome"] == "error"
    assert tests["test_bad.py"]["message"] == "ModuleNotFoundError: No module named 'nosuchmodule'"
    assert tests["test_bad.py"]["place"] == "test_bad.py:2"
    assert tests["test_syntax.py"]["message"].startswith("SyntaxError")
    assert tests["test_syntax.py"]["place"] == "test_syntax.py:1"


def test_the_place_is_in_the_project_though_a_library_raised(runner, suite):
    suite.write(
        "test_a.py",
        """
        import json

        def test_a():
            json.loads("nonsense")
        """,
    )
    test = runner.run(suite.dir).tests()["test_a.py::test_a"]
    assert test["place"] == "test_a.py:5"
    assert test["message"].startswith("json.decoder.JSONDecodeError")


@BOTH
def test_the_last_report_of_a_test_that_is_rerun_counts(runner, suite, parallel):
    # A rerun plugin in short, with the reports that pytest-rerunfailures makes.
    suite.write(
        "conftest.py",
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for attempt in range(3):
                again = False
                for report in runtestprotocol(item, nextitem=nextitem, log=False):
                    if report.failed and attempt < 2:
                        report.outcome, again = "rerun", True
                    item.ihook.pytest_runtest_logreport(report=report)
                if not again:
                    break
            return True

        def pytest_report_teststatus(report):
            if report.outcome == "rerun":
                return "rerun", "R", "RERUN"
        """,
    )
    suite.write(
        "test_a.py",
        """
        import pytest
        tries, ends = [], []
        def test_flaky():
            tries.append(1)
            assert len(tries) == 2
        @pytest.fixture
        def flaky_end():
            yield
            ends.append(1)
            assert len(ends) == 2
        def test_flaky_end(flaky_end): pass
        def test_never(): assert False
        """,
    )
    answer = runner.run(suite.dir, *parallel)
    assert answer.kinds().count("test") == 3  # no attempt but the last is told
    assert answer.outcomes() == {
        "test_a.py::test_flaky": "passed",
        "test_a.py::test_flaky_end": "passed",
        "test_a.py::test_never": "failed",
    }
    assert (answer.ok["passed"], answer.ok["failed"], answer.ok["total"]) == (2, 1, 3)


def test_a_test_that_runs_twice_has_failed_where_it_failed_once(runner, suite):
    suite.write(
        "test_a.py",
        """
        tries = []
        def test_first():
            tries.append(1)
            assert len(tries) > 1
        def test_second():
            tries.append(1)
            assert len(tries) < 4
        def test_whole(): pass
        """,
    )
    answer = runner.run(suite.dir, "--keep-duplicates", "test_a.py", "test_a.py")
    assert answer.outcomes() == {
        "test_a.py::test_first": "failed",
        "test_a.py::test_second": "failed",
        "test_a.py::test_whole": "passed",
    }
    assert (answer.ok["passed"], answer.ok["failed"], answer.ok["total"]) == (1, 2, 3)
    assert answer.ok["exit_code"] == 1


@BOTH
def test_controls_and_unicode_arrive_as_valid_json(runner, suite, parallel):
    suite.write(
        "test_ü.py",
        r"""
        import pytest
        def test_größe_日本():
            print("\x1b[31mred\x1b[0m \x00 end")
            raise ValueError("\U0001f600 \x07")
        @pytest.mark.parametrize("p", ["é::ü", "a b", "x[1]", "\x1b[2J", "z" * 5000])
        def test_p(p): pass
        """,
    )
    answer = runner.run(suite.dir, *parallel)
    test = answer.tests()["test_ü.py::test_größe_日本"]
    assert test["message"].startswith("ValueError: \U0001f600")
    assert "red" in test["output"]
    assert answer.ok["passed"] == 5 and answer.ok["total"] == 6


SURROGATES = r"""
    def test_a():
        print("caf\udce9")
        raise ValueError("lone \udc80 end")
"""


def test_lone_surrogates_are_replaced(runner, suite):
    suite.write("test_a.py", SURROGATES)
    test = runner.run(suite.dir).tests()["test_a.py::test_a"]
    assert test["message"] == "ValueError: lone ? end"
    json.dumps(test, ensure_ascii=False).encode("utf-8")


def test_xdist_cannot_pass_lone_surrogates_on_and_that_is_said(runner, suite):
    """pytest's exit code is 0 here (xdist 3.8), with no test run: it must not look like success."""
    suite.write("test_a.py", SURROGATES)
    error = runner.run(suite.dir, "-n", "2").error
    assert error["kind"] == "crashed"
    assert "internal error: execnet" in error["message"] and "utf-8" in error["message"]


def test_the_group_that_loadgroup_appends_is_no_part_of_the_name(runner, suite):
    suite.write(
        "test_a.py",
        """
        import pytest
        @pytest.mark.xdist_group("one")
        @pytest.mark.parametrize("p", ["a@b", "c"])
        def test_a(p): pass
        """,
    )
    answer = runner.run(suite.dir, "-n", "2", "--dist", "loadgroup")
    names = ["test_a.py::test_a[a@b]", "test_a.py::test_a[c]"]
    assert sorted(answer.outcomes()) == names
    again = runner.run(suite.dir, "-n", "2", "--dist", "loadgroup", select=names[:1])
    assert again.outcomes() == {names[0]: "passed"} and again.ok["missing"] == []


@pytest.mark.parametrize("script", [True, False], ids=["console script", "python -m pytest"])
@BOTH
def test_imports_are_those_of_the_real_command(runner, suite, script, parallel):
    (suite.dir / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    suite.write("beside.py", "")
    suite.write(
        "deep/test_a.py",
        """
        import os, sys
        def test_a():
            try:
                import beside
                found = "found"
            except ImportError:
                found = "not found"
            print(found, os.getcwd(), os.path.basename(sys.argv[0]), os.environ["ASKED"])
        """,
    )
    command = [str(SCRIPTS / "pytest")] if script else [sys.executable, "-m", "pytest"]
    command += ["-rP", "-p", "no:cacheprovider", *parallel]
    real = subprocess.run(
        command,
        cwd=suite.dir,
        env={"PATH": "/usr/bin:/bin", "ASKED": "yes"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ours = runner.run(suite.dir, *command, env={"ASKED": "yes"}).ok["output"]
    theirs = [line for line in real.splitlines() if line.startswith(("found", "not found"))]
    assert [line for line in ours.splitlines() if line.startswith(("found", "not found"))] == theirs
    assert theirs


def test_pythonpath_in_env_is_honoured_and_null_removes(runner, suite, tmp_path):
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "from_extra.py").write_text("")
    suite.write(
        "test_a.py", "import os, from_extra\ndef test_a(): assert 'HOME' not in os.environ\n"
    )
    env = {"PYTHONPATH": str(tmp_path / "extra"), "HOME": None}
    assert runner.run(suite.dir, env=env).ok["passed"] == 1


def test_exit_handlers_and_threads_of_the_tests_run_to_their_end(runner, suite):
    suite.write(
        "test_a.py",
        """
        import atexit, threading, time
        from pathlib import Path
        def late():
            time.sleep(0.2)
            Path("thread").touch()
        def test_a():
            atexit.register(Path("handler").touch)
            threading.Thread(target=late).start()
        """,
    )
    assert runner.run(suite.dir).ok["passed"] == 1
    assert (suite.dir / "thread").exists() and (suite.dir / "handler").exists()


@pytest.mark.parametrize("code", [0, 3])
def test_any_other_command_is_one_test(runner, suite, code):
    script = f'echo "$ASKED"; pwd; exit {code}'
    answer = runner.run(suite.dir, "sh", "-c", script, env={"ASKED": "a b"})
    (test,) = answer.tests().values()
    assert answer.kinds() == ["total", "total", "test", "said"]
    assert test["test"] == f"sh -c '{script}'"
    assert test["outcome"] == ("failed" if code else "passed")
    assert test["message"] == ("exit code 3" if code else "")
    assert answer.ok["output"] == f"a b\n{suite.dir}\n"
    assert (answer.ok["exit_code"], answer.ok["total"]) == (code, 1)


def test_no_shell_is_between(runner, suite):
    assert runner.run(suite.dir, "echo", "$(id) ; * `x`").ok["output"] == "$(id) ; * `x`\n"


def test_a_program_without_its_interpreter_is_no_command(runner, suite):
    suite.write("run", "#!/no/such/interpreter\n").chmod(0o755)
    assert runner.run(suite.dir, "./run").error["kind"] == "no-command"
