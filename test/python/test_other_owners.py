"""Others that answer on the server's socket: what they serve is not measured, so nothing is complete."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import types
import urllib.request

import pytest
from conftest import HOOK, PYTHON, server_environment, wait_until
from gunicov_common.process import Process, children
from gunicov_helper.process import other_owners
from helper_client import HelperClient, clean_environment

TIME = 30
RC = "[run]\nbranch = True\nsource = .\n"
APP = """\
import os


def app(environ, start_response):
    if environ["PATH_INFO"] == "/fork" and os.fork() == 0:
        import time
        time.sleep(60)
        os._exit(0)
    if environ["PATH_INFO"] == "/system":
        os.system("sleep 60 &")
    body = str(os.getppid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
# A program that answers each connection on the listening socket with this descriptor.
OTHER = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
listener.setblocking(True)
while True:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nother")
    connection.close()
"""


@pytest.fixture
def served(gunicorn_server, project):
    """A factory: (server, helper that has found it)."""
    clients = []

    def start(args=("-w", "2"), files=None, **options):
        project.write({"app.py": APP, ".coveragerc": RC, **(files or {})})
        server = gunicorn_server(project.dir, args=args, **options)
        wait_until(lambda: server.generations(), "the hook", server.log)
        clients.append(HelperClient(env=clean_environment(), cwd="/"))
        clients[-1].ask("find", pid=server.pid)
        return server, clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def started():
    """A factory of processes that are ended with the test: `start(argv, **of Popen)`."""
    processes = []

    def start(argv, **options):
        processes.append(subprocess.Popen(argv, start_new_session=True, **options))
        return processes[-1]

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def second_master(server):
    """SIGUSR2, and wait until both masters' workers answer; the new one's pid."""
    os.kill(server.pid, signal.SIGUSR2)
    seen = set()
    wait_until(lambda: seen.add(server.get()[1]) or len(seen) == 2, "both masters", server.log)
    (pid,) = seen - {str(server.pid)}
    return int(pid)


def flush(client):
    return client.ask("flush", timeout=TIME)


def clean_cycle(server, client):
    client.ask("restart", timeout=TIME)
    with contextlib.suppress(ConnectionError):  # workers with sockets of their own reset some
        server.get()
    flushed = flush(client)
    assert (flushed["reasons"], flushed["note"]) == ([], None)
    assert flushed["expected"] == flushed["written"] == 2


def test_a_second_master_by_sigusr2(served):
    server, client = served()
    clean_cycle(server, client)
    client.ask("restart", timeout=TIME)
    pid = second_master(server)
    (reason,) = flush(client)["reasons"]
    assert "SIGUSR2" in reason and f"pid {pid}" in reason
    # It is there from the beginning of the next one, and gone before its end.
    client.ask("restart", timeout=TIME)
    server.get()
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "its end", server.log)
    (reason,) = flush(client)["reasons"]
    assert f"pid {pid}" in reason
    clean_cycle(server, client)


def test_a_second_master_that_came_and_went_during_the_tests(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    pid = second_master(server)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "its end", server.log)
    (reason,) = flush(client)["reasons"]
    assert f"pid {pid}" in reason
    clean_cycle(server, client)


def test_a_master_that_is_replaced_by_sigusr2_and_sigquit(served, started):
    server, client = served()
    client.ask("restart", timeout=TIME)
    pid = second_master(server)
    try:
        os.kill(server.pid, signal.SIGQUIT)
        server.process.wait(15)
        assert client.refused("flush", timeout=TIME)["kind"] == "master-gone"
        assert client.ask("find", pid=pid)["master"]["pid"] == pid
        clean_cycle(server, client)
    finally:
        os.kill(pid, signal.SIGTERM)


def test_another_server_with_the_same_port(served, gunicorn_server, project):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    args = ("-w", "2", "--reuse-port", "--bind", f"127.0.0.1:{port}")
    server, client = served(args, wait=False)
    server.url = f"http://127.0.0.1:{port}"
    server.wait_booted()
    clean_cycle(server, client)
    other = gunicorn_server(project.dir, args=args, wait=False)
    other.wait_booted()
    client.ask("restart", timeout=TIME)
    (reason,) = {line.partition("(")[0] for line in flush(client)["reasons"]}
    assert reason.startswith("another process")
    other.stop()
    clean_cycle(server, client)


def test_another_server_on_the_same_path(served, gunicorn_server, project, tmp_path):
    args = ("-w", "2", "--bind", f"unix:{tmp_path}/socket")
    _, client = served(args)
    client.ask("restart", timeout=TIME)
    assert flush(client)["reasons"] == []
    gunicorn_server(project.dir, args=args)
    assert any("another process" in line for line in flush(client)["reasons"])


@contextlib.contextmanager
def on_inherited_socket(project, tmp_path, started):
    """(its gunicorn's pid, the listening socket, url): a parent, this test, has made the socket."""
    project.write({"app.py": APP, ".coveragerc": RC})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        server = started(
            [PYTHON, "-m", "gunicorn", "-w", "2", "--bind", f"fd://{fd}"]
            + ["-c", str(HOOK), "app:app"],
            cwd=project.dir,
            env=server_environment({"GUNICOV_DIR": tmp_path / "record"}, tmp_path),
            pass_fds=[fd],
        )
        wait_until(lambda: len(children(server.pid)) == 2, "the workers")
        yield server, listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_sibling_that_has_inherited_the_socket(project, tmp_path, started):
    with on_inherited_socket(project, tmp_path, started) as (server, listener, url):
        client = HelperClient(env=clean_environment(), cwd="/")
        client.ask("find", pid=server.pid)
        client.ask("restart", timeout=TIME)
        fd = listener.fileno()
        other = started([sys.executable, "-c", OTHER, str(fd)], pass_fds=[fd])

        def answer():
            return urllib.request.urlopen(url, timeout=10).read()

        wait_until(lambda: answer() == b"other", "the other one")
        flushed = flush(client)
        assert any(f"pid {other.pid}" in line for line in flushed["reasons"])
        other.kill()
        other.wait()
        client.ask("restart", timeout=TIME)
        flushed = flush(client)
        # This test is the parent: it has the socket open, and could answer.
        assert flushed["reasons"] == []
        assert f"pid {os.getpid()}" in flushed["note"] and "unproven" in flushed["note"]
        client.close()


def test_a_program_that_gunicorns_own_config_has_given_the_socket(served, project):
    config = f"""
        import subprocess, sys

        OTHER = {OTHER!r}

        def when_ready(server):
            fd = server.LISTENERS[0].fileno()
            subprocess.Popen([sys.executable, "-c", OTHER, str(fd)], pass_fds=[fd])
        """
    _, client = served(files={"gunicorn.conf.py": textwrap.dedent(config)})
    client.ask("restart", timeout=TIME)
    assert "has the server's socket open" in flush(client)["note"]


def test_what_workers_have_forked_answers_nothing(served):
    server, client = served()
    for path in ("/fork", "/system"):
        client.ask("restart", timeout=TIME)
        server.get(path)
        flushed = flush(client)
        # That such a process still runs is another matter.
        said = [*flushed["reasons"], flushed["note"] or ""]
        assert not any("socket" in line or "answer" in line for line in said)


def test_a_server_beside_it_with_another_port_is_no_other_owner(served, gunicorn_server, project):
    server, client = served()
    gunicorn_server(project.dir)
    time.sleep(0.1)
    clean_cycle(server, client)


def test_a_process_that_is_just_ending_answers_nothing(monkeypatch):
    """The kernel takes its memory first, and its sockets a moment later; a zombie stands for it here, whose sockets
    are gone: those that it had are told."""
    with socket.create_server(("127.0.0.1", 0)):
        child = subprocess.Popen(["true"])
        wait_until(lambda: Process.read(child.pid).dead, "the child to end")
        sockets = other_owners.sockets
        monkeypatch.setattr(
            other_owners,
            "sockets",
            lambda pid: sockets(os.getpid() if pid == child.pid else pid),
        )
        own = types.SimpleNamespace(pid=os.getpid(), process=Process.read(os.getpid()))
        assert other_owners.OtherOwners(own).look() == (set(), set())
        child.wait()
