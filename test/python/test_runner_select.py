"""Selected tests: exactly these run, whatever the command's own paths and whatever is in their names."""

import pytest

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])

NAMES = """
    import pytest
    @pytest.mark.parametrize("p", ["a b", "x[1]", "a::b", "é", "c/d.py", "-k", "..", "=", "'\\""])
    def test_p(p): pass
    def test_größe(): pass
    class TestIn:
        def test_m(self): pass
"""


def named(answer):
    return sorted(answer.outcomes())


@BOTH
def test_every_kind_of_name_can_be_selected_by_itself(runner, suite, parallel):
    suite.write("sub dir/test_ñ.py", NAMES)
    suite.write("test_other.py", "def test_other(): pass\n")
    every = [name for name in named(runner.run(suite.dir)) if "other" not in name]
    assert len(every) == 11
    picked = every if not parallel else every[::4]
    for name in picked:
        answer = runner.run(suite.dir, *parallel, select=[name])
        assert answer.outcomes() == {name: "passed"}
        assert (answer.ok["total"], answer.ok["missing"]) == (1, [])
    assert named(runner.run(suite.dir, *parallel, select=every)) == every


@BOTH
def test_paths_of_the_command_do_not_widen_the_selection(runner, suite, parallel):
    for letter in "abc":
        suite.write(f"tests/test_{letter}.py", "def test_1(): pass\ndef test_2(): pass\n")
    picked = ["tests/test_a.py::test_1", "tests/test_c.py::test_2"]
    for paths in (["tests"], ["tests/test_b.py"], ["tests/test_a.py::test_2"], []):
        assert named(runner.run(suite.dir, "-q", *parallel, *paths, select=picked)) == picked


@BOTH
def test_selections_before_any_run_of_all_run_no_others(runner, suite, parallel):
    suite.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    picked = ["tests/test_a.py::test_1"]
    for select in (picked, picked, [*picked, "tests/test_a.py::gone"]):
        answer = runner.run(suite.dir, "-q", *parallel, "tests/test_a.py", select=select)
        assert named(answer) == picked


@BOTH
def test_a_test_that_no_longer_exists_is_missing_and_the_others_run(runner, suite, parallel):
    suite.write("test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    picked = ["test_a.py::test_1", "test_a.py::gone", "test_gone.py::test_1"]
    answer = runner.run(suite.dir, *parallel, select=picked)
    assert answer.outcomes() == {"test_a.py::test_1": "passed"}
    assert answer.ok["missing"] == picked[1:]
    assert (answer.ok["total"], answer.ok["exit_code"]) == (1, 0)


@BOTH
def test_when_none_exists_any_more_that_is_said(runner, suite, parallel):
    suite.write("test_a.py", "def test_1(): pass\n")
    answer = runner.run(suite.dir, *parallel, select=["test_a.py::gone"])
    assert answer.error["kind"] == "no-tests"
    assert "test_a.py::gone" in answer.error["message"]
    assert answer.tests() == {}


@BOTH
def test_a_file_that_was_not_selected_may_be_broken(runner, suite, parallel):
    suite.write("test_a.py", "def test_1(): pass\n")
    suite.write("test_broken.py", "import nosuchmodule\n")
    answer = runner.run(suite.dir, *parallel, select=["test_a.py::test_1"])
    assert answer.outcomes() == {"test_a.py::test_1": "passed"}


@BOTH
def test_a_selected_file_that_is_broken_is_an_error_and_not_missing(runner, suite, parallel):
    suite.write("test_a.py", "import nosuchmodule\ndef test_1(): pass\n")
    answer = runner.run(suite.dir, *parallel, select=["test_a.py::test_1"])
    assert answer.outcomes() == {"test_a.py": "error"}
    assert answer.ok["missing"] == []


@BOTH
def test_the_root_and_conftest_files_are_those_of_a_full_run(runner, suite, parallel):
    (suite.dir / "pytest.ini").unlink()
    suite.write("tests/conftest.py", "def pytest_addoption(parser): parser.addoption('--ours')\n")
    suite.write("tests/deep/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    command = ("--ours", "x", "tests", *parallel)
    every = named(runner.run(suite.dir, *command))
    assert len(every) == 2
    assert named(runner.run(suite.dir, *command, select=every[:1])) == every[:1]


def test_from_a_directory_below_the_root(runner, suite):
    suite.write("sub/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    every = named(runner.run(suite.dir / "sub"))
    assert every == ["sub/test_a.py::test_1", "sub/test_a.py::test_2"]
    assert named(runner.run(suite.dir / "sub", select=every[1:])) == every[1:]


@BOTH
def test_selecting_warns_of_nothing_even_where_warnings_are_errors(runner, suite, parallel):
    suite.write("test_a.py", "def test_1(): pass\n")
    answer = runner.run(suite.dir, "-W", "error", *parallel, select=["test_a.py::test_1"])
    assert answer.ok["passed"] == 1
    assert "warning" not in answer.ok["output"]


def test_nothing_of_a_selection_remains_for_the_next_run(runner, suite):
    suite.write("test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    runner.run(suite.dir, select=["test_a.py::test_1"])
    assert runner.run(suite.dir).ok["passed"] == 2
