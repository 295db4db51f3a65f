"""Tests in parallel in forked shards: what xdist's workers promise holds, and who can't have it gets xdist."""

import pytest

pytest_plugins = ("runner_client",)

TWO = ("-n", "2")
REAL = (*TWO, "--dist", "loadfile")
# Says who runs it, in its failure's message.
WHO = """
    import os, pytest
    {head}
    @pytest.mark.parametrize("n", range(12))
    def test_a(n, worker_id, request):
        same = worker_id == os.environ["PYTEST_XDIST_WORKER"] == request.config.workerinput["workerid"]
        count = os.environ["PYTEST_XDIST_WORKER_COUNT"]
        forked = request.config.pluginmanager.has_plugin("gunicov_teller")
        raise ValueError(f"{{worker_id}} {{same}} {{count}} {{forked}}")
"""


def messages(answer):
    return {test["message"] for test in answer.tests().values()}


@pytest.mark.parametrize(("options", "forked"), [(TWO, True), (REAL, False)])
def test_a_shard_is_to_the_tests_what_a_worker_of_xdist_is(runner, suite, options, forked):
    suite.write("test_a.py", WHO.format(head=""))
    answer = runner.run(suite.dir, *options)
    assert answer.ok["failed"] == answer.ok["total"] == 12
    told = {f"ValueError: gw0 True 2 {forked}", f"ValueError: gw1 True 2 {forked}"}
    assert messages(answer) <= told and (not forked or messages(answer) == told)


@pytest.mark.parametrize(
    ("conftest", "head"),
    [
        ("def pytest_configure_node(node): pass", ""),
        ("def pytest_sessionfinish(session): pass", ""),
        ("def pytest_configure(config): print(hasattr(config, 'workerinput'))", ""),
        (
            "",
            "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        ),
        ("", "import socket; kept = socket.socket()"),
    ],
    ids=[
        "a hook of xdist's",
        "an end of each worker",
        "a look at the worker",
        "a thread",
        "a socket",
    ],
)
def test_who_needs_real_workers_gets_them(runner, suite, conftest, head):
    suite.write("conftest.py", conftest)
    suite.write("test_a.py", WHO.format(head=head))
    answer = runner.run(suite.dir, *TWO)
    assert answer.ok and answer.ok["failed"] == answer.ok["total"] == 12
    assert messages(answer) <= {"ValueError: gw0 True 2 False", "ValueError: gw1 True 2 False"}


def test_a_conftest_below_that_needs_real_workers_is_found_in_time(runner, suite):
    suite.write("below/conftest.py", "def pytest_sessionfinish(session): pass")
    suite.write("below/test_a.py", WHO.format(head=""))
    answer = runner.run(suite.dir, *TWO)
    assert answer.ok and answer.ok["failed"] == 12
    assert messages(answer) <= {"ValueError: gw0 True 2 False", "ValueError: gw1 True 2 False"}


def test_tests_are_collected_once_and_session_fixtures_made_once_a_shard(runner, suite, tmp_path):
    log = tmp_path / "log"
    suite.write(
        "test_a.py",
        f"""
        import time, pytest
        def note(what):
            with open({str(log)!r}, "a") as file: file.write(what + "\\n")
        note("import")
        @pytest.fixture(scope="session")
        def made():
            note("session")
            yield
            note("ended")
        @pytest.fixture(scope="module")
        def module(): note("module")
        @pytest.mark.parametrize("n", range(8))
        def test_a(n, made, module): time.sleep(0.1)
        """,
    )
    assert runner.run(suite.dir, *TWO).ok["passed"] == 8
    noted = log.read_text().split()
    assert {what: noted.count(what) for what in noted} == {
        "import": 1,
        "session": 2,
        "module": 2,
        "ended": 2,
    }


def test_a_slow_test_does_not_hold_up_the_others(runner, suite):
    suite.write(
        "test_a.py",
        """
        import time, pytest
        def test_slow(): time.sleep(1.5)
        @pytest.mark.parametrize("n", range(20))
        def test_quick(n): pass
        """,
    )
    tests = runner.run(suite.dir, *TWO).tests()
    slow = tests.pop("test_a.py::test_slow")
    assert sum(test["ended"] > slow["ended"] for test in tests.values()) <= 4


def test_a_crash_fails_its_test_and_another_shard_takes_over(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, pytest
        @pytest.mark.parametrize("n", range(12))
        def test_a(n):
            if n in (0, 5): os._exit(n)
        """,
    )
    answer = runner.run(suite.dir, *TWO)
    assert (answer.ok["passed"], answer.ok["failed"], answer.ok["total"]) == (10, 2, 12)
    crashed = answer.tests()["test_a.py::test_a[5]"]
    assert "crashed while running 'test_a.py::test_a[5]'" in crashed["message"]


def test_shards_that_crash_again_and_again_are_given_up(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, pytest
        @pytest.mark.parametrize("n", range(40))
        def test_a(n): os._exit(1)
        """,
    )
    answer = runner.run(suite.dir, *TWO, "--max-worker-restart", "3")
    assert answer.ok["exit_code"] == 1 and 4 <= answer.ok["failed"] <= 6  # one may be under way
    assert "maximum crashed workers reached: 3" in answer.ok["output"]


def test_maxfail_ends_the_run(runner, suite):
    suite.write(
        "test_a.py",
        """
        import time, pytest
        @pytest.mark.parametrize("n", range(30))
        def test_a(n):
            time.sleep(0.05)
            assert n
        """,
    )
    answer = runner.run(suite.dir, *TWO, "-x")
    assert answer.ok["exit_code"] == 1 and answer.ok["failed"] == 1
    assert answer.ok["passed"] < 15


def test_pytest_exit_in_a_shard_ends_the_run_with_its_code(runner, suite):
    suite.write(
        "test_a.py",
        """
        import time, pytest
        def test_exit(): pytest.exit("enough", returncode=7)
        def test_long(): time.sleep(0.1)
        def test_other(): pass
        """,
    )
    assert runner.run(suite.dir, *TWO).ok["exit_code"] == 7


def test_each_shard_captures_its_own_output(runner, suite):
    suite.write(
        "test_a.py",
        """
        import os, sys, time, pytest
        @pytest.mark.parametrize("n", range(6))
        def test_a(n, capfd):
            with capfd.disabled(): pass
            for _ in range(20):
                print(f"print-{n}", flush=True)
                os.system(f"echo shell-{n}")
                time.sleep(0.005)
            out = capfd.readouterr().out
            assert set(out.split()) == {f"print-{n}", f"shell-{n}"}
        @pytest.mark.parametrize("n", range(6))
        def test_b(n):
            os.write(1, f"written-{n}\\n".encode())
            assert False
        """,
    )
    answer = runner.run(suite.dir, *TWO)
    assert answer.ok["passed"] == 6
    for n in range(6):
        output = answer.tests()[f"test_a.py::test_b[{n}]"]["output"]
        assert [word for word in output.split() if word.startswith("written-")] == [f"written-{n}"]


def test_shards_draw_other_numbers_and_have_directories_of_their_own(runner, suite):
    suite.write(
        "test_a.py",
        """
        import random, time, pytest
        state = random.getstate()
        @pytest.mark.parametrize("n", range(2))
        def test_a(n, tmp_path):
            time.sleep(0.2)
            raise ValueError(f"{random.random()} {tmp_path.parent}")
        """,
    )
    first, second = messages(runner.run(suite.dir, *TWO))
    assert first.split()[1] != second.split()[1]
    assert first.split()[2] != second.split()[2]


def test_what_cannot_be_pickled_is_no_matter(runner, suite):
    suite.write(
        "test_a.py",
        """
        def test_a(record_property): record_property("odd", lambda: 1)
        def test_b(): pass
        """,
    )
    assert runner.run(suite.dir, *TWO).ok["passed"] == 2


def test_reports_of_plugins_hold_all_tests_once(runner, suite, tmp_path):
    suite.write("test_a.py", "def test_a(): pass\ndef test_b(): assert False\ndef test_c(): pass\n")
    path = tmp_path / "junit.xml"
    runner.run(suite.dir, *TWO, "--junitxml", str(path))
    text = path.read_text()
    assert 'tests="3"' in text and 'failures="1"' in text and text.count("<testcase") == 3


def test_what_failed_lately_goes_first(runner, suite):
    text = "import time, pytest\n@pytest.mark.parametrize('n', range(20))\n"
    text += "def test_a(n): time.sleep(0.05); assert n != {}\n"  # a shard may begin late
    suite.write("test_a.py", text.format(19))
    order = []
    for broken in (19, 20, 12):  # it fails, is mended, and another one fails
        suite.write("test_a.py", text.format(broken))
        tests = runner.run(suite.dir, *TWO).tests()
        order.append(sorted(tests, key=lambda test: tests[test]["started"]))
        runner.prepared()
    last = "test_a.py::test_a[19]"
    assert last not in order[0][:6]
    assert last in order[1][:3] and last in order[2][:3]
    tests = runner.run(suite.dir, *TWO).tests()
    order = sorted(tests, key=lambda test: tests[test]["started"])
    assert {last, "test_a.py::test_a[12]"} <= set(order[:10]) and len(tests) == 20


def test_without_workers_the_order_stays(runner, suite):
    suite.write("test_a.py", "def test_a(): pass\ndef test_b(): assert 0\n")
    for _ in range(2):
        tests = runner.run(suite.dir).tests()
        assert tests["test_a.py::test_a"]["ended"] <= tests["test_a.py::test_b"]["started"]


@pytest.mark.parametrize("count", [3_000, 10_000])
def test_thousands_of_quick_tests_run_to_their_end(runner, suite, count):
    """What is given out ahead, and what comes back, is more than the sockets between them hold."""
    suite.write(
        "test_many.py",
        f"""
        import pytest
        @pytest.mark.parametrize("n", range({count}))
        def test_quick(n):
            assert n != 7
        """,
    )
    answer = runner.wait(runner.start(suite.dir, *TWO, timeout=200), timeout=220)
    assert answer.ok, answer
    assert (answer.ok["passed"], answer.ok["failed"]) == (count - 1, 1)
    assert len(answer.outcomes()) == answer.ok["total"] == count
