"""Two gunicovs on one server: the second is told, and the kernel forgets one that is killed."""

import os
import signal

import pytest
from helper_client import HelperClient, clean_environment

APP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
"""


@pytest.fixture
def helpers(tmp_path):
    """A factory of helpers."""
    clients = []

    def make():
        clients.append(HelperClient(env=clean_environment(), cwd=tmp_path))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize("hook", [True, False], ids=["with the hook", "a hook of its own"])
def test_a_second_helper_is_refused_until_the_first_has_gone(
    tmp_path, gunicorn_server, helpers, hook
):
    (tmp_path / "app.py").write_text(APP)
    server = gunicorn_server(tmp_path, hook=hook)
    wanted = {"pid": server.pid, **({} if hook else {"coverage_dir": str(tmp_path)})}
    first, second = helpers(), helpers()
    first.ask("find", **wanted)
    # Again and again by the same one.
    first.ask("find", **wanted)
    refused = second.refused("find", **wanted)
    assert refused["kind"] == "server-busy"
    assert f"helper there has pid {first.hello['pid']}" in refused["message"]
    # It has no master, and so can do no harm.
    assert second.refused("restart", timeout=5)["kind"] == "no-gunicorn"
    # The second look waits for the first helper's end, and gets the server as soon as that is killed.
    number = second.send("find", **wanted)
    assert second.ask("cancel", target=9999) == {"found": False}
    os.kill(first.hello["pid"], signal.SIGKILL)
    assert second.wait(number)["ok"]["master"]["pid"] == server.pid


def test_each_of_two_servers_has_its_gunicov(tmp_path, gunicorn_server, helpers):
    (tmp_path / "app.py").write_text(APP)
    one, other = gunicorn_server(tmp_path), gunicorn_server(tmp_path)
    first, second = helpers(), helpers()
    first.ask("find", pid=one.pid)
    second.ask("find", pid=other.pid)
    # A look that fails leaves what it had.
    assert second.refused("find", pid=one.pid)["kind"] == "server-busy"
    assert second.ask("restart", timeout=30)["boot_errors"] == []
