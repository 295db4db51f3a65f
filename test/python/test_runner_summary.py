"""What pytest tells beside outcomes reaches the client: warnings, xfail and xpass, set-up and teardown, sections."""

import pytest

pytest_plugins = ("runner_client",)

# Real workers of xdist.
BOTH = pytest.mark.parametrize(
    "parallel", [(), ("-n", "2", "--dist", "loadfile")], ids=["serial", "xdist"]
)

HELD = """
    import pytest, time, warnings

    @pytest.fixture
    def slow():
        time.sleep(0.1)
        yield
        time.sleep(0.2)

    def test_slow(slow): pass
    @pytest.mark.parametrize("number", [1, 2])
    def test_warns(number): warnings.warn("old thing", DeprecationWarning)
    @pytest.mark.xfail(reason="known")
    def test_xfail(): assert False
    @pytest.mark.xfail(reason="was known")
    def test_xpass(): pass
    @pytest.mark.xfail(reason="was known", strict=True)
    def test_strict(): pass
    @pytest.mark.xfail
    def test_no_reason(): assert False
    @pytest.mark.skip(reason="not today")
    def test_skip(): pass
    def test_xfail_inside(): pytest.xfail("from inside")
"""
SECTIONS = """
    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line("a line without a heading", green=True)
        terminalreporter.write_sep("=", "own report", bold=True)
        terminalreporter.write_line("= 12 things seen =")
        terminalreporter.section("second", sep="-")
        terminalreporter.write_line("below")
"""


def told(answer):
    [event] = [event for event in answer.events if event["event"] == "told"]
    return event


@BOTH
def test_warnings_xfail_times_and_sections(runner, suite, parallel):
    suite.write("test_a.py", HELD)
    suite.write("conftest.py", SECTIONS)
    answer = runner.run(suite.dir, "-ra", "--durations=1", *parallel)
    tests = {name.split("::")[1]: test for name, test in answer.tests().items()}
    assert {name: test["xfail"] for name, test in tests.items() if test["xfail"]} == {
        "test_xfail": "xfailed",
        "test_xpass": "xpassed",
        "test_no_reason": "xfailed",
        "test_xfail_inside": "xfailed",
    }
    said = {name: test["message"] for name, test in tests.items()}
    assert (said["test_xfail"], said["test_xpass"]) == ("known", "was known")
    assert said["test_xfail_inside"] == "from inside"
    assert tests["test_strict"]["outcome"] == "failed"
    slow = tests["test_slow"]
    assert slow["setup_ms"] >= 100 and slow["teardown_ms"] >= 200
    assert slow["setup_ms"] + slow["teardown_ms"] <= slow["ms"]
    event = told(answer)
    assert event["warnings"] == [
        {
            "category": "DeprecationWarning",
            "message": "old thing",
            "place": "test_a.py:12",
            "test": "test_a.py::test_warns[1]",
            "count": 2,
        }
    ]
    sections = {section["title"]: section["text"] for section in event["sections"]}
    assert sections["own report"].startswith("= 12 things seen =")
    assert "below" in sections["own report"]
    assert "slowest 1 durations" in sections or "slowest durations" in sections
    short = sections["short test summary info"]
    assert "XFAIL test_a.py::test_xfail - known" in short
    assert "FAILED" not in short  # it is told with its test
    assert any("a line without a heading" in text for text in sections.values())
    assert not {"FAILURES", "warnings summary"} & set(sections)
    assert "\x1b" not in str(sections)


def test_a_quiet_run_tells_nothing(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\ndef test_b(): assert 0\n")
    assert "told" not in runner.run(suite.dir).kinds()


@pytest.mark.parametrize(
    ("options", "env"),
    [(("-vv",), {}), ((), {"CI": "true"}), (("-vv", "--color=yes"), {})],
    ids=str,
)
def test_a_failure_of_many_lines_is_reported_with_its_test_alone(runner, suite, options, env):
    """pytest cuts it to one line in its short summary, but not with -vv and not where CI is set."""
    suite.write("test_a.py", "def test_b(): assert str('x') == 'y', 'first\\n= second'\n")
    suite.write(
        "test_c.py", "import pytest\n@pytest.mark.xfail(reason='one\\ntwo')\ndef test(): assert 0\n"
    )
    assert "told" not in runner.run(suite.dir, "test_a.py", *options, env=env).kinds()
    event = told(runner.run(suite.dir, "-rfx", *options, env=env))
    assert event["sections"] == [
        {"title": "short test summary info", "text": "XFAIL test_c.py::test - one\ntwo"}
    ]


def test_warnings_are_reported_without_a_terminal(runner, suite):
    suite.write("test_a.py", "import warnings\ndef test_a(): warnings.warn('x')\n")
    answer = runner.run(suite.dir, "-p", "no:terminal")
    assert [warning["message"] for warning in told(answer)["warnings"]] == ["x"]


def test_what_is_written_is_as_in_plain_pytest(runner, suite):
    suite.write("test_a.py", HELD)
    suite.write("conftest.py", SECTIONS)
    output = runner.run(suite.dir, "-ra").ok["output"]
    assert "own report ====" in output and "= 12 things seen =" in output


def test_a_thousand_different_warnings_are_bounded(runner, suite):
    suite.write(
        "test_a.py",
        "import warnings\ndef test_a():\n    for n in range(1000): warnings.warn(f'number {n}')\n",
    )
    event = told(runner.run(suite.dir))
    assert len(event["warnings"]) == 500
    assert event["more"] == 500
