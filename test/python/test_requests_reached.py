"""Whether anybody came while the tests ran: what the workers say of it, and what they don't know."""

import os
import signal
import time

import pytest
from conftest import HELLO, wait_until
from test_requests_counted import FROM_SCRATCH

TIME = 30


@pytest.fixture
def served(found_server, project):
    """A factory: (server, helper that has found it)."""

    def start(files=None, args=(), **options):
        whole = {"app.py": HELLO, ".coveragerc": "[run]\nsource = .\n", **(files or {})}
        return found_server(whole, args=args, env={"PYTHONPATH": project.dir}, **options)

    return start


def told(flushed):
    return flushed["requests"], flushed["reached"]


def test_requests_of_the_tests_are_reported_and_where_the_server_listens(served):
    server, client = served(args=["-w", "2"])
    client.ask("restart", timeout=TIME)
    server.get()
    flushed = client.ask("flush", timeout=TIME)
    assert told(flushed) == (1, True)
    assert flushed["addresses"] == [server.url.removeprefix("http://")]
    client.ask("restart", timeout=TIME)
    assert told(client.ask("flush", timeout=TIME)) == (0, False)


def test_strays_between_two_cycles_are_not_the_tests(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    server.get()
    client.ask("flush", timeout=TIME)
    wait_until(lambda: client.ask("freshness", files=[], source=[])["fresh"], "fresh workers")
    server.get()  # a health check, say
    fresh = client.ask("freshness", files=[], source=[])
    assert (fresh["fresh"], fresh["why"]) == (False, "a worker has served a request")
    client.ask("restart", timeout=TIME)
    assert told(client.ask("flush", timeout=TIME)) == (0, False)


def test_a_stray_before_a_look_that_found_the_workers_fresh_is_not_the_tests(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    wait_until(lambda: client.ask("freshness", files=[], source=[])["fresh"], "fresh workers")
    # It is in the data, and so in the number; but by the time that the tests began it had come.
    served_by = server.generation
    server.get()
    for age in served_by.ages("served"):
        (served_by.dir / "served" / str(age)).unlink()
    assert client.ask("freshness", files=[], source=[])["fresh"] is True
    assert told(client.ask("flush", timeout=TIME)) == (1, False)


def test_a_worker_that_was_killed_after_a_request_was_reached(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    server.get()
    os.kill(
        server.generation.read("booted", server.generation.ages("booted")[0])["pid"], signal.SIGKILL
    )
    time.sleep(0.5)
    flushed = client.ask("flush", timeout=TIME)
    assert len(flushed["lost"]) == 1 and flushed["reached"] is True


@pytest.mark.parametrize("call", ["pass", "self.wsgi({}, lambda *_: None)"])
def test_of_a_class_that_is_not_known_a_request_makes_the_difference(served, call):
    files = {"mine.py": FROM_SCRATCH.format(call=call)}
    server, client = served(files, args=["-k", "mine.Mine"])
    client.ask("restart", timeout=TIME)
    fresh = client.ask("freshness", files=[], source=[])
    assert (fresh["fresh"], "does not tell" in fresh["why"]) == (False, True)
    flushed = client.ask("flush", timeout=TIME)
    assert flushed["requests"] is None and flushed["reached"] is not True
    client.ask("restart", timeout=TIME)
    server.get()
    flushed = client.ask("flush", timeout=TIME)
    assert told(flushed) == ((None, None) if call == "pass" else (1, True))


def test_a_worker_that_could_not_say_that_it_has_served_is_not_fresh(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    (server.generation.dir / "served").rename(server.generation.dir / "gone")
    assert server.get() == (200, "hello")
    fresh = client.ask("freshness", files=[], source=[])
    assert (fresh["fresh"], fresh["why"]) == (False, "a worker has served a request")
