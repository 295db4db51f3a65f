"""Somebody else's signals between the restart and the flush: the roster of a run is every worker forked since."""

import os
import signal
import time

import pytest
from conftest import wait_until

TIME = 30
AGES = 40

# Each worker runs a line of its own: what a generation has measured can't come from another one.
APP = "import os\n\n\ndef app(environ, start_response):\n" + "".join(
    f'    if os.environ["AGE"] == "{age}":\n        mine = {age}\n' for age in range(1, AGES)
)
APP += """\
    body = str(mine).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
CONFIG = """\
import os


def post_fork(server, worker):
    os.environ["AGE"] = str(worker.age)
"""
RC = "[run]\nbranch = True\nsource = .\nomit = gunicorn.conf.py\n"


@pytest.fixture
def served(found_server):
    """A factory: (server, helper that has found it)."""
    files = {"app.py": APP, "gunicorn.conf.py": CONFIG, ".coveragerc": RC}
    return lambda **options: found_server(files, **options)


def visit_all(server, count=2):
    """Requests until as many workers have answered; their ages."""
    seen = set()
    wait_until(lambda: seen.add(int(server.get()[1])) or len(seen) >= count, "each worker")
    return seen


def ages_in(report):
    """Ages whose own line was run."""
    (row,) = [row for row in report["files"] if row["path"].endswith("app.py")]
    lines = APP.split("\n")
    own = [lines[n - 1] for n in row["executed_lines"] if lines[n - 1].startswith("        mine")]
    return {int(line.split("=")[1]) for line in own}


def report_of(client, flushed):
    answer = client.ask("collect", generation=flushed["generation"])
    assert answer["superseded"] == []
    return answer["report"]


def assert_whole(flushed, count):
    assert (flushed["expected"], flushed["written"], flushed["lost"]) == (count, count, [])
    assert flushed["reasons"] == [] and flushed["note"] is None


@pytest.mark.parametrize("hups", [1, 2, 3])
def test_hups_from_outside_during_the_tests_lose_no_generation(served, hups):
    server, client = served()
    for _ in range(2):  # and so does the next cycle
        first = client.ask("restart", timeout=TIME)["generation"]
        ages = visit_all(server)
        for _ in range(hups):
            server.hup()
            ages |= visit_all(server)
        flushed = client.ask("flush", timeout=TIME)
        assert_whole(flushed, 2 * (hups + 1))
        assert flushed["generations"] == list(range(first, first + hups + 1))
        assert flushed["generation"] == first + hups
        assert ages_in(report_of(client, flushed)) == ages
        client.ask("prune")
        assert client.ask("html")["files"] > 0  # what it was made of is there still


def test_hups_that_are_not_waited_for(served):
    server, client = served()
    first = client.ask("restart", timeout=TIME)["generation"]
    ages = visit_all(server)
    for _ in range(4):
        server.hup(wait=False)
        time.sleep(0.15)
    flushed = client.ask("flush", timeout=TIME)
    assert flushed["generations"][0] == first
    assert flushed["written"] == flushed["expected"] >= 2 and flushed["reasons"] == []
    assert ages <= ages_in(report_of(client, flushed))


def test_a_hup_before_fresh_workers_are_used_is_not_part_of_the_run(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    visit_all(server)
    client.ask("flush", timeout=TIME)
    newest = server.hup()
    fresh = client.ask("freshness", files=[], source=[])
    assert (fresh["fresh"], fresh["generation"]) == (True, newest)
    ages = visit_all(server)
    flushed = client.ask("flush", timeout=TIME)
    assert_whole(flushed, 2)
    assert flushed["generations"] == [newest]
    assert ages_in(report_of(client, flushed)) == ages


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.15, 0.4])
def test_a_hup_in_the_middle_of_a_restart_or_a_flush(served, delay):
    server, client = served()
    for _ in range(2):
        number = client.send("restart", timeout=TIME)
        time.sleep(delay)
        server.hup(wait=False)
        assert "ok" in client.wait(number)
        ages = visit_all(server)
        number = client.send("flush", timeout=TIME)
        time.sleep(delay)
        server.hup(wait=False)
        flushed = client.wait(number)["ok"]
        assert flushed["reasons"] == []
        if flushed[
            "lost"
        ]:  # it came just before the restart's own, and met workers that nobody wanted to save
            assert {one["cause"] for one in flushed["lost"]} == {"it was told to leave no data"}
        else:
            assert ages <= ages_in(report_of(client, flushed))


def test_more_and_fewer_workers_during_the_tests(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    ages = visit_all(server)
    for number in (signal.SIGTTIN, signal.SIGTTIN):
        os.kill(server.pid, number)
        time.sleep(0.3)
    ages |= visit_all(server, 4)
    for _ in range(3):
        os.kill(server.pid, signal.SIGTTOU)
        time.sleep(0.3)
    flushed = client.ask("flush", timeout=TIME)
    assert_whole(flushed, 4)
    assert ages_in(report_of(client, flushed)) == ages
    client.ask("restart", timeout=TIME)
    ages = visit_all(server)
    flushed = client.ask("flush", timeout=TIME)
    assert_whole(flushed, 2)


def test_a_worker_lost_in_an_earlier_generation_is_lost(served):
    server, client = served()
    workers = client.ask("restart", timeout=TIME)["workers"]
    visit_all(server)
    os.kill(workers[0]["pid"], signal.SIGKILL)
    visit_all(server)
    server.hup()
    visit_all(server)
    flushed = client.ask("flush", timeout=TIME)
    assert [one["pid"] for one in flushed["lost"]] == [workers[0]["pid"]]
    assert (flushed["expected"], flushed["written"]) == (5, 4)
