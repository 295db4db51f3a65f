"""`examine` and `knock`: the runner looks at tests, and runs none."""

import socket
import sys

pytest_plugins = ("runner_client",)

PYTEST = [sys.executable, "-m", "pytest"]
TEST = """\
import os, pathlib

HERE = pathlib.Path(__file__).parent


def test_one():
    (HERE / "ran").write_text("")


def test_two():
    assert os.environ["SHOP_URL"]
"""


def examine(runner, suite, *words, env=None):
    answer = runner.ask("examine", command=[*PYTEST, *words], cwd=str(suite.dir), env=env or {})
    assert answer.ok, answer
    return answer.ok


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_it_collects_runs_nothing_and_leaves_nothing(runner, suite):
    suite.write("test_a.py", TEST)
    suite.write("report.xml", "<the last run's/>")
    before = names(suite.dir)
    found = examine(runner, suite, "--junitxml=report.xml", "--lf", "-n", "2")
    assert found["collected"] == 2 and found["errors"] == 0
    assert found["tests"] == ["test_a.py::test_one", "test_a.py::test_two"]
    assert any(one.startswith("pytest-xdist ") for one in found["plugins"])
    assert names(suite.dir) == before
    assert (suite.dir / "report.xml").read_text() == "<the last run's/>"


def test_a_file_that_cannot_be_imported_is_counted_and_told(runner, suite):
    suite.write("test_a.py", TEST)
    suite.write("test_b.py", "import not_installed_at_all\n")
    found = examine(runner, suite)
    assert found["errors"] == 1 and "not_installed_at_all" in found["said"]


def test_no_test_at_all_is_zero(runner, suite):
    found = examine(runner, suite)
    assert found["collected"] == 0 and found["exit_code"] == 5


def test_addresses_come_from_variables_that_the_tests_name_and_from_their_text(runner, suite):
    suite.write("conftest.py", 'ADMIN = "http://admin:9000/login"\n')
    suite.write("test_a.py", TEST + '\nSEE = "https://example.com/"\n')
    env = {"SHOP_URL": "http://shop:8000/", "ELSEWHERE": "http://else:1/"}
    found = examine(runner, suite, env=env)["addresses"]
    assert [(one["host"], one["port"]) for one in found] == [("shop", 8000), ("admin", 9000)]
    assert found[0]["why"] == "SHOP_URL in the tests' environment"
    assert found[1]["why"] == "conftest.py"


def test_another_command_is_not_executed(runner, suite):
    words = ["sh", "-c", "touch ran"]
    found = runner.ask("examine", command=words, cwd=str(suite.dir), env={}).ok
    assert found["pytest"] is None and found["collected"] is None
    assert names(suite.dir) == ["pytest.ini"]


def test_a_connection_is_held_until_the_next_one(runner):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        knocked = runner.ask("knock", host="127.0.0.1", port=port).ok
        connection, client = server.accept()
        assert knocked == {"from": "{}:{}".format(*client), "refused": None}
        connection.setblocking(False)
        assert runner.ask("knock").ok == {"from": None, "refused": None}
        connection.setblocking(True)
        assert connection.recv(1) == b""  # nothing was ever sent
        connection.close()
    assert runner.ask("knock", host="127.0.0.1", port=port).ok["refused"] == "Connection refused"
