"""A run is what plain pytest makes of the same files: each case is run both ways, and more than once.

PYTEST_DONT_REWRITE
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from runner_client import FOREIGN, RunnerClient

pytest_plugins = ("runner_client",)

BOTH = pytest.mark.parametrize("parallel", [(), ("-n", "2")], ids=["serial", "xdist"])
OPTIONS = ("-p", "no:cacheprovider")


def plain(directory, *options):
    """pytest as it is typed by hand: (exit code, what it printed)."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
    command = [sys.executable, "-m", "pytest", *OPTIONS, *options]
    done = subprocess.run(
        command,
        cwd=directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
        # As a shell starts it, though this process may itself have been started in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    return done.returncode, done.stdout


def noted(suite):
    """What the tests have noted (lines of JSON), and forget it."""
    path = suite.dir / "noted"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


NOTE = """
import json, os
def note(value):
    with open(os.path.join(os.path.dirname(__file__), "noted"), "a") as file:
        file.write(json.dumps(value) + "\\n")
"""


def both_ways(runner, suite, *options, cycles=2):
    """Run by pytest itself, and `cycles` times here: for each (exit code, what was noted)."""
    found = [(plain(suite.dir, *options)[0], noted(suite))]
    for _ in range(cycles):
        answer = runner.run(suite.dir, *options)
        assert answer.ok, answer
        found.append((answer.ok["exit_code"], noted(suite)))
        runner.rest()
    return found


def test_a_failing_comparison_keeps_its_message_under_xdist(runner, suite):
    suite.write("test_a.py", "def test_a():\n    value = [1, 2]\n    assert value == [1, 3]\n")
    message = runner.run(suite.dir, "-n", "2").tests()["test_a.py::test_a"]["message"]
    said = plain(suite.dir, "-n", "2")[1]
    assert message == "assert [1, 2] == [1, 3]" and message in said


@pytest.mark.skipif(not importlib.util.find_spec("hypothesis"), reason="hypothesis is not there")
@BOTH
def test_a_plugins_package_is_still_pytests_to_rewrite(runner, suite, parallel):
    suite.write("pytest.ini", "[pytest]\nfilterwarnings = error\n")
    suite.write(
        "test_a.py",
        """
        from hypothesis import given, settings, strategies
        @settings(max_examples=2, database=None, deadline=None)
        @given(strategies.integers())
        def test_a(n): pass
        """,
    )
    for _ in range(3):
        assert runner.run(suite.dir, *parallel).ok["passed"] == 1
        runner.rest()


def test_what_xdist_does_once_a_run_is_done_in_each_run(runner, suite):
    """xdist's documented way: a file in the directory that a run's workers share."""
    suite.write("notes.py", NOTE)
    suite.write(
        "conftest.py",
        """
        import os, pytest
        from notes import note
        @pytest.fixture(scope="session", autouse=True)
        def once(tmp_path_factory, worker_id):
            shared = tmp_path_factory.getbasetemp().parent
            try:
                os.close(os.open(shared / "done", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return
            note("made")
        """,
    )
    suite.write(
        "test_a.py", "import pytest\n@pytest.mark.parametrize('n', range(8))\ndef test_a(n): pass\n"
    )
    assert both_ways(runner, suite, "-n", "2") == [(0, ["made"])] * 3


@BOTH
def test_a_module_is_never_older_than_its_run(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py",
        "import time\nfrom notes import note\nNOW = time.time()\ndef test_a(): note(NOW)\n",
    )
    for _ in range(3):
        began = time.time()
        assert runner.run(suite.dir, *parallel).ok["passed"] == 1
        assert noted(suite)[0] >= began
        runner.rest()


@BOTH
def test_a_run_of_one_test_has_its_node_id_as_the_argument(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "conftest.py",
        """
        from notes import note
        def pytest_collection_finish(session):
            config = session.config
            note([list(config.invocation_params.args), config.option.file_or_dir, len(session.items)])
        """,
    )
    suite.write("tests/test_a.py", "def test_1(): pass\ndef test_2(): pass\n")
    suite.write("tests/test_b.py", "def test_1(): pass\n")
    runner.run(suite.dir, "-q", "tests", *parallel)
    noted(suite)
    selected = "tests/test_a.py::test_1"
    assert plain(suite.dir, "-q", *parallel, selected)[0] == 0
    by_hand = noted(suite)
    answer = runner.run(suite.dir, "-q", "tests", *parallel, select=[selected])
    assert answer.outcomes() == {selected: "passed"}
    assert noted(suite) == by_hand
    assert by_hand[0][1] == [selected] and by_hand[-1][2] == 1


@pytest.mark.parametrize("source", ["random.Random()", "random"])
def test_each_worker_and_each_run_draws_numbers_of_its_own(runner, suite, source):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py",
        f"""
        import random, pytest
        from notes import note
        drawn = {source}
        @pytest.mark.parametrize("n", range(6))
        def test_a(n): note(drawn.random())
        """,
    )
    numbers = []
    for _ in range(2):
        assert runner.run(suite.dir, "-n", "2").ok["passed"] == 6
        numbers += noted(suite)
    assert len(set(numbers)) == len(numbers) == 12


def test_a_worker_has_its_name_and_its_own_files_when_modules_are_imported(runner, suite):
    suite.write("notes.py", NOTE)
    suite.write(
        "database.py",
        """
        import os, sqlite3, uuid
        WORKER = os.environ.get("PYTEST_XDIST_WORKER")
        WHO = str(uuid.uuid4())
        LINE = sqlite3.connect(f"{WORKER}.db")
        """,
    )
    suite.write(
        "test_a.py",
        """
        import pytest, time, database
        from notes import note
        @pytest.mark.parametrize("n", range(4))
        def test_a(n, worker_id):
            time.sleep(0.2)
            note([database.WORKER, worker_id, database.WHO])
        """,
    )
    for _, found in both_ways(runner, suite, "-n", "2"):
        assert {worker for worker, _, _ in found} == {"gw0", "gw1"}
        assert all(worker == name for worker, name, _ in found)
        assert len({who for _, _, who in found}) == 2


@BOTH
def test_a_run_that_is_cancelled_tears_its_fixtures_down(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "conftest.py",
        """
        import pytest
        from notes import note
        @pytest.fixture(scope="session", autouse=True)
        def container():
            note("up")
            yield
            note("down")
        """,
    )
    suite.write("test_a.py", "import time\ndef test_a(): time.sleep(300)\n")
    number = runner.start(suite.dir, *parallel, timeout=None)
    until = time.monotonic() + 20
    while not (suite.dir / "noted").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"
    assert noted(suite) == ["up", "down"]


@BOTH
def test_exit_handlers_run_at_the_end_of_their_process_and_no_earlier(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "conftest.py",
        """
        import atexit, os, tempfile
        from notes import note
        folder = tempfile.TemporaryDirectory()
        atexit.register(lambda: note(["left", os.getpid()]))
        """,
    )
    suite.write(
        "test_a.py",
        """
        import os, pytest, time, conftest
        @pytest.mark.parametrize("n", range(6))
        def test_a(n):
            time.sleep(0.05 * n)
            assert os.path.isdir(conftest.folder.name)
        """,
    )
    counts = {(code, len(found)) for code, found in both_ways(runner, suite, *parallel)}
    assert counts == {(0, 3 if parallel else 1)}


@BOTH
def test_the_order_stays_pytests_own(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py",
        "from notes import note\ndef test_1(): note(1)\ndef test_2(): note(2)\ndef test_3(): note(3); assert 0\n",
    )
    suite.write("test_b.py", "from notes import note\ndef test_4(): note(4); assert 0\n")
    options = ("-n", "1") if parallel else ()
    assert both_ways(runner, suite, *options) == [(1, [1, 2, 3, 4])] * 3


@BOTH
def test_files_with_failures_go_first_only_where_that_is_asked_for(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write("test_a.py", "from notes import note\ndef test_1(): note(1)\n")
    suite.write(
        "test_b.py",
        "from notes import note\ndef test_2(): note(2)\ndef test_3(): note(3); assert 0\n",
    )
    options = ("-n", "1") if parallel else ()
    for expected in ([1, 2, 3], [2, 3, 1]):
        runner.run(suite.dir, *options, order="failed-first")
        assert noted(suite) == expected
    runner.run(suite.dir, *options)
    assert noted(suite) == [1, 2, 3]


@BOTH
def test_the_session_ends_as_it_does_by_hand(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "plugin.py",
        """
        from notes import note
        def pytest_sessionfinish(session, exitstatus):
            note([hasattr(session.config, "workerinput"), int(exitstatus)])
        """,
    )
    suite.write(
        "test_a.py",
        """
        import subprocess, sys
        def test_a():
            # A program that a test starts can be interrupted.
            code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
            assert subprocess.check_output([sys.executable, "-c", code]) == b"True\\n"
        def test_b(): assert 0
        """,
    )
    ends = [
        (code, sorted(found)) for code, found in both_ways(runner, suite, "-p", "plugin", *parallel)
    ]
    assert ends == ends[:1] * 3, ends
    assert ends[0][0] == 1
    assert len(ends[0][1]) == (3 if parallel else 1)


@pytest.mark.parametrize(
    "ends", ["pytest.exit('enough', 7)", "pytest.exit('enough')"], ids=["code", "default"]
)
def test_pytest_exit_is_pytests_own(runner, suite, ends):
    suite.write("notes.py", NOTE)
    suite.write(
        "conftest.py",
        "import pytest\nfrom notes import note\n@pytest.fixture(autouse=True, scope='session')\ndef a():\n    yield\n    note('down')\n",
    )
    suite.write(
        "test_a.py",
        f"import pytest\ndef test_a(): pass\ndef test_b(): {ends}\ndef test_c(): pass\n",
    )
    ways = both_ways(runner, suite, cycles=1)
    assert ways[0] == ways[1]


def test_maxfail_stops_as_it_does_by_hand(runner, suite):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py",
        "from notes import note\ndef test_1(): note(1)\ndef test_2(): assert 0\ndef test_3(): note(3)\n",
    )
    assert both_ways(runner, suite, "-x") == [(1, [1])] * 3


@BOTH
def test_a_file_that_is_named_and_data_read_at_collection_are_those_of_the_run(
    runner, suite, parallel
):
    suite.write("notes.py", NOTE)
    suite.write("data.txt", "1")
    suite.write(
        "test_a.py",
        """
        import os, pytest
        from notes import note
        fd = os.open("data.txt", os.O_RDONLY)
        VALUE = os.read(fd, 9).decode()
        def test_a(pytestconfig): note([VALUE, pytestconfig.getini("markers")[0]])
        """,
    )
    for number in ("1", "2", "3"):
        suite.write("other.ini", f"[pytest]\nmarkers =\n    mark{number}\n")
        suite.write("data.txt", number)
        assert runner.run(suite.dir, "-c", "other.ini", *parallel).ok["passed"] == 1
        assert noted(suite) == [[number, f"mark{number}"]]
        runner.rest()


@BOTH
def test_cold_is_a_new_interpreter_for_each_run(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py",
        """
        import sys
        from notes import note
        def test_a(): note([hash("same"), sys.argv[0], len(open("/proc/self/cmdline").read()) > 100])
        def test_b(): assert 0
        """,
    )
    runs = []
    for _ in range(2):
        answer = runner.run(suite.dir, *parallel, warm=False)
        assert answer.outcomes() == {"test_a.py::test_a": "passed", "test_a.py::test_b": "failed"}
        runs += noted(suite)
    assert runs[0][0] != runs[1][0], "the interpreters had one seed"
    assert answer.ok["exit_code"] == plain(suite.dir, *parallel)[0] == 1


def test_a_cold_run_takes_options_of_the_interpreter_from_the_environment(runner, suite):
    suite.write("test_a.py", "import sys\ndef test_a(): assert sys.flags.optimize == 1\n")
    assert runner.run(suite.dir, env={"PYTHONOPTIMIZE": "1"}).ok["passed"] == 1


@BOTH
def test_a_run_that_is_held_collects_and_waits(runner, suite, parallel):
    suite.write("notes.py", NOTE)
    suite.write(
        "test_a.py", "from notes import note\nnote('collected')\ndef test_a(): note('run')\n"
    )
    number = runner.start(suite.dir, *parallel, hold=True)
    runner.until(number, lambda m: m.get("event") == "total")
    found, until = noted(suite), time.monotonic() + 20
    while len(found) < (2 if parallel else 1):
        assert time.monotonic() < until
        time.sleep(0.05)
        found += noted(suite)
    assert set(found) == {"collected"}
    runner.ask("cancel", target=number + 100)
    assert noted(suite) == []
    runner.send("go", target=number)
    assert runner.wait(number).ok["passed"] == 1
    assert noted(suite) == ["run"]


@BOTH
@pytest.mark.parametrize("how", ["import", "fixture"])
def test_a_request_waits_for_the_server(runner, suite, parallel, how, tmp_path):
    """Nobody is asked for anything before `go`, by a test module neither."""
    suite.write("notes.py", NOTE)
    ask = """
import socket
def ask():
    import os
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(os.path.join(os.path.dirname(__file__), "server"))
        note("there")
    except OSError:
        note("not there")
"""
    suite.write("notes.py", NOTE + ask)
    uses = {
        "import": "from notes import ask\nask()\ndef test_a(): pass\n",
        "fixture": "import pytest\nfrom notes import ask\n@pytest.fixture\ndef up(): ask()\ndef test_a(up): pass\n",
    }
    suite.write("test_a.py", uses[how])
    import socket

    os.chdir(tmp_path)
    server = socket.socket(socket.AF_UNIX)
    number = runner.start(suite.dir, *parallel, hold=True)
    if how == "fixture":
        runner.until(number, lambda m: m.get("event") == "total")
    else:
        time.sleep(2)
    assert noted(suite) == []
    server.bind(str(suite.dir / "server"))
    server.listen()
    runner.send("go", target=number)
    assert runner.wait(number).ok["passed"] == 1
    server.close()
    assert set(noted(suite)) == {"there"}


@BOTH
def test_a_run_that_is_held_can_be_cancelled(runner, suite, parallel):
    suite.write("test_a.py", "def test_a(): pass\n")
    number = runner.start(suite.dir, *parallel, hold=True)
    runner.until(number, lambda m: m.get("event") == "total")
    runner.send("cancel", target=number)
    assert runner.wait(number).error["kind"] == "cancelled"
    assert runner.run(suite.dir, *parallel).ok["passed"] == 1


@BOTH
@pytest.mark.parametrize(
    ("test", "seen"),
    [
        ("def test_a(): pass", "total"),
        ("import time, notes\nnotes.note('here')\ntime.sleep(100)", "note"),
        ("import time, nowhere", "time"),
        ("def a(): pass", "time"),
    ],
    ids=["collected", "collecting", "collection error", "no tests"],
)
def test_a_run_that_is_held_ends_by_an_interrupt(runner, suite, parallel, test, seen):
    """It is not waited for, as it would be for one that tears down its fixtures."""
    suite.write("notes.py", NOTE)
    suite.write("test_a.py", test)
    suite.write(
        "conftest.py",
        "import subprocess\ndef pytest_sessionfinish(): subprocess.run(['true'])\n",
    )
    number = runner.start(suite.dir, *parallel, hold=True, grace=200)
    if seen == "total":
        runner.until(number, lambda m: m.get("event") == "total")
    until = time.monotonic() + 30
    while seen == "note" and not noted(suite):
        assert time.monotonic() < until
        time.sleep(0.05)
    if seen == "time":
        time.sleep(2)  # wherever it is then
    runner.send("cancel", target=number)
    assert runner.wait(number, 40).error["kind"] == "cancelled"


def test_a_run_that_is_held_ends_with_the_runner(suite, tmp_path):
    client = RunnerClient(tmp_path)
    suite.write("notes.py", NOTE)
    suite.write("test_a.py", "from notes import note\ndef test_a(): note('run')\n")
    number = client.start(suite.dir, hold=True)
    client.until(number, lambda m: m.get("event") == "total")
    client.process.kill()
    client.end()
    time.sleep(0.5)
    assert noted(suite) == []
