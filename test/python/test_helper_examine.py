"""`examine` and `arrived`: the helper looks at a server, and changes nothing."""

import json
import os
import socket

import pytest
from conftest import HELLO, HOOK
from helper_client import HelperClient, clean_environment

LOOK = {"timeout": 20, "lag": 0, "files": [], "directories": []}


@pytest.fixture
def examined(gunicorn_server, project):
    """A factory: (server, helper, what it has examined)."""
    clients = []

    def start(files, **options):
        project.write({"app.py": HELLO, **files})
        server = gunicorn_server(project.dir, **options)
        client = HelperClient(env=clean_environment(), cwd="/")
        clients.append(client)
        return server, client, client.ask("examine", pid=server.pid, **LOOK)

    yield start
    for client in clients:
        assert client.close() == 0


def everything(folder):
    """{path: (bytes, time of its last change)} of all files below."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[path] = file.read(), os.stat(path).st_mtime_ns
    return found


def test_it_tells_what_is_right_and_leaves_no_trace(examined, project):
    server, client, first = examined({".coveragerc": "[run]\nsource = .\n"}, args=("-w", "2"))
    before = everything(project.dir), everything(server.dir)
    found = client.ask("examine", pid=server.pid, **LOOK)
    assert (everything(project.dir), everything(server.dir)) == before
    assert first["hook"] and found["busy"] is None and len(found["booted"]) == 2
    assert found["coverage"]["measured"] == found["coverage"]["asked"] == 1
    assert found["record"]["refused"] == [] and found["record"]["path"] == str(server.dir)
    assert len(found["memory"]["workers"]) == 2 and found["misfit"] is None
    assert server.alive() and len(server.generations()) == 1


def test_it_looks_beside_a_helper_that_measures_and_says_so(examined):
    server, client, _ = examined({})
    other = HelperClient(env=clean_environment(), cwd="/")
    try:
        other.ask("find", pid=server.pid)
        assert client.ask("examine", pid=server.pid, **LOOK)["busy"] == other.process.pid
        assert other.ask("restart", timeout=30)["generation"] == 2
    finally:
        assert other.close() == 0
    assert client.ask("examine", pid=server.pid, **LOOK)["busy"] is None


def test_a_hook_whose_record_it_cannot_read_is_told(examined):
    server, client, _ = examined({})
    path = server.dir / "master.json"
    path.write_text(json.dumps({**server.master, "hook": {"version": "9.0", "record": 99}}))
    found = client.ask("examine", pid=server.pid, **LOOK)
    assert "gunicov's hook 9.0 runs in the server" in found["misfit"]["message"]
    assert found["misfit"]["fix"]


def test_files_of_the_host_are_compared(examined, project):
    server, client, _ = examined({})
    app, gone = str(project.dir / "app.py"), str(project.dir / "gone.py")
    files = [{"path": path, "sha256": "0" * 64} for path in (app, gone)]
    asked = {**LOOK, "files": files, "directories": [str(project.dir), "/nowhere"]}
    found = client.ask("examine", pid=server.pid, **asked)
    assert (found["different"], found["absent"]) == ([app], [gone])
    assert [one["there"] for one in found["directories"]] == [True, False]


def test_what_a_configuration_says_without_the_hook(examined):
    rc = "[run]\nsource = .\nomit = app.py\n"
    _, _, found = examined({".coveragerc": rc, "own.py": ""}, hook=False, args=("-c", "own.py"))
    assert found["hook"] is False and found["config"] == "own.py"
    assert found["coverage"]["source"] == ["."] and found["coverage"]["asked"] == 0


def test_omitted_files_do_not_count_as_measured(examined):
    _, _, found = examined({".coveragerc": "[run]\nsource = .\nomit = *app.py\n"})
    assert (found["coverage"]["measured"], found["coverage"]["asked"]) == (0, 1)
    assert "omit" in found["coverage"]["reason"]


def test_gunicov_0_is_told(examined):
    _, _, found = examined({}, env={"GUNICOV": "0"})
    assert found["off"] is True and found["hook"] is False and found["named"] == str(HOOK)


def test_who_is_connected_is_told_and_nobody_else(examined):
    server, client, _ = examined({})
    host, port = server.url.removeprefix("http://").split(":")
    assert client.ask("arrived", pid=server.pid)["from"] == []
    with socket.create_connection((host, int(port))) as connection:
        own = "{}:{}".format(*connection.getsockname())
        assert client.ask("arrived", pid=server.pid)["from"] == [own]


def test_no_master_is_the_failure_that_find_gives():
    client = HelperClient(env=clean_environment(), cwd="/")
    try:
        error = client.refused("examine", **{**LOOK, "timeout": 0.1}, root=os.getpid(), pid=1)
        assert error["kind"] == "no-gunicorn"
    finally:
        assert client.close() == 0
