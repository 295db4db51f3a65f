"""A server with a hook of its own whose workers come and go while the tests run."""

import os
import signal
import time

import pytest
from gunicov_common.process import children
from gunicov_helper.own_hook.between import GAP_SECONDS
from test_helper_own_hook import TIME, WIPE, conf, served  # noqa: F401 - a fixture


def replaced(server, old):
    """The workers (set of pid) that are there once all of the old ones have gone and these answer."""
    end = time.monotonic() + TIME
    while time.monotonic() < end:
        now = children(server.pid)
        if len(now) == len(old) and not now & old:
            server.get("/a")
            return now
        time.sleep(0.005)
    raise AssertionError(server.log())


def hup(server, old):
    os.kill(server.pid, signal.SIGHUP)
    return replaced(server, old)


def begin(client):
    return {one["pid"] for one in client.ask("restart", timeout=TIME)["workers"]}


def is_green(flushed):
    return not flushed["lost"] and not flushed["reasons"]


@pytest.mark.parametrize("suffix", ["True", "os.urandom(4).hex()"], ids=["pids", "none"])
def test_each_generation_between_is_counted(served, project, suffix):  # noqa: F811
    server, client, _ = served(conf(suffix=suffix))
    first = begin(client)
    server.get("/b")
    third = hup(server, hup(server, first))
    assert len(third) == 2
    flushed = client.ask("flush", timeout=TIME)
    assert (flushed["expected"], flushed["written"], flushed["lost"]) == (6, 6, [])
    assert flushed["reasons"] == [] and flushed["note"].startswith("unproven: 6 workers exited")
    report = client.ask("collect", generation=flushed["generation"])["report"]
    lines = {row["path"]: row["executed_lines"] for row in report["files"]}
    assert {3, 5} <= set(lines[str(project.dir / "lib.py")])


@pytest.mark.parametrize("suffix", ["True", "os.urandom(4).hex()"], ids=["pids", "none"])
@pytest.mark.parametrize("way", ["SIGHUP", "SIGKILL"])
def test_a_generation_between_that_left_nothing_is_no_agreement(served, suffix, way):  # noqa: F811
    """It served, and nobody that the restart or the flush saw has any of that."""
    server, client, _ = served(conf(suffix=suffix, at_exit="if worker.age in (5, 6): return"))
    second = hup(server, begin(client))
    server.get("/b")
    if way == "SIGHUP":
        hup(server, second)
    else:
        for pid in second:
            os.kill(pid, signal.SIGKILL)
        replaced(server, second)
    flushed = client.ask("flush", timeout=TIME)
    assert not is_green(flushed) and flushed["note"] is None
    assert (flushed["expected"], flushed["written"]) == (6, 4)
    if suffix == "True":
        assert {one["pid"] for one in flushed["lost"]} == second


def test_what_came_while_the_helper_stood_still_is_no_agreement(served):  # noqa: F811
    server, client, _ = served(conf(at_exit="if worker.age in (5, 6): return"))
    first = begin(client)
    os.kill(client.process.pid, signal.SIGSTOP)
    try:
        hup(server, hup(server, first))
    finally:
        os.kill(client.process.pid, signal.SIGCONT)
    flushed = client.ask("flush", timeout=TIME)
    assert not is_green(flushed) and flushed["note"] is None
    assert any("nobody looked" in reason for reason in flushed["reasons"])


@pytest.mark.parametrize("count", [2, 3])
def test_what_a_deleting_hook_takes_between_is_no_agreement(served, project, count):  # noqa: F811
    """What one generation has saved, the next ones' post_fork deletes: kept, or said."""
    server, client, _ = served(conf(before=WIPE))
    pids = begin(client)
    server.get("/b")
    for _ in range(count):
        pids = hup(server, pids)
    flushed = client.ask("flush", timeout=TIME)
    if is_green(flushed):
        report = client.ask("collect", generation=flushed["generation"])["report"]
        lines = {row["path"]: row["executed_lines"] for row in report["files"]}
        assert {3, 5} <= set(lines[str(project.dir / "lib.py")])
        assert flushed["written"] == 2 * (count + 1)


def test_a_worker_that_is_replaced_by_itself_is_counted(served):  # noqa: F811
    """max_requests: its successor is killed before it could save, and so is not there at the end."""
    server, client, _ = served(args=("-w", "1", "--max-requests", "3"))
    first = begin(client)
    for _ in range(3):
        server.get("/b")
    second = replaced(server, first)
    time.sleep(GAP_SECONDS)  # one that lives for less may go unseen
    for pid in second:
        os.kill(pid, signal.SIGKILL)
    replaced(server, second)
    flushed = client.ask("flush", timeout=TIME)
    if {one["pid"] for one in flushed["lost"]} != second:  # a busy machine: nobody saw it
        assert any("nobody looked" in reason for reason in flushed["reasons"])
    assert not is_green(flushed)


def test_the_next_cycle_counts_its_own_alone(served):  # noqa: F811
    server, client, _ = served()
    for _ in range(2):
        pids = begin(client)
        hup(server, pids)
        flushed = client.ask("flush", timeout=TIME)
        assert (flushed["expected"], flushed["written"], flushed["reasons"]) == (4, 4, [])
    begin(client)
    flushed = client.ask("flush", timeout=TIME)
    assert (flushed["expected"], flushed["written"], flushed["reasons"]) == (2, 2, [])


def test_a_second_master_between_is_no_agreement(served):  # noqa: F811
    """SIGUSR2: it answers on the same socket, and what its workers ran is not in the data."""
    server, client, _ = served(
        conf(at_exit="if os.getppid() != int(open(DIRECTORY + '/../first').read()): return")
    )
    (server.data.parent / "first").write_text(str(server.pid))
    workers = begin(client)
    os.kill(server.pid, signal.SIGUSR2)
    end = time.monotonic() + TIME
    while not (new := children(server.pid) - workers) or not all(map(children, new)):
        assert time.monotonic() < end, server.log()
        time.sleep(0.01)
    time.sleep(0.5)
    (second,) = new
    os.kill(second, signal.SIGTERM)
    while children(server.pid) - workers:
        time.sleep(0.01)
    flushed = client.ask("flush", timeout=TIME)
    assert any(f"second gunicorn master (pid {second}" in reason for reason in flushed["reasons"])
    assert (flushed["expected"], flushed["written"]) == (2, 2)
