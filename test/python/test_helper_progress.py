"""A restart's limit counts from the last progress: slow boots get there, one that hangs does not."""

import os
import signal
import time

import pytest
from helper_client import HelperClient, clean_environment

LIMIT = 10  # seconds
MODULES, PAUSE = (
    7,
    2,
)  # how many there are, and the seconds that each takes: longer than LIMIT together
PART = f"import os, time\nif os.path.exists('slow'): time.sleep({PAUSE})\n"
APP = """
import os, time
import {parts}
while os.path.exists("hang"): time.sleep(0.05)

def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.fixture
def helper(gunicorn_server, project):
    parts = [f"part{number}" for number in range(MODULES)]
    files = {f"{name}.py": PART for name in parts}
    app = APP.format(parts=", ".join(parts))
    project.write({"app.py": app, ".coveragerc": "[run]\nsource = .\n", **files})
    server = gunicorn_server(project.dir, args=("-w", "2", "--timeout", "8"))
    client = HelperClient(env=clean_environment(), cwd="/")
    client.ask("find", pid=server.pid)
    client.master = server.pid
    yield client
    client.close()


def test_a_restart_goes_on_while_workers_import(helper, project):
    """Also beyond gunicorn's own timeout, which counts from the fork."""
    (project.dir / "slow").touch()
    begun = time.monotonic()
    answer = helper.ask("restart", timeout=LIMIT, patience=120)
    assert time.monotonic() - begun > LIMIT
    assert len(answer["workers"]) == 2 and answer["boot_errors"] == []


def test_a_restart_waits_for_an_earlier_boot_as_long_as_it_goes_on(helper, project):
    """The server's first one, or one after somebody else's SIGHUP."""
    (project.dir / "slow").touch()
    os.kill(helper.master, signal.SIGHUP)
    time.sleep(1)
    answer = helper.ask("restart", timeout=LIMIT, patience=120)
    assert len(answer["workers"]) == 2 and answer["boot_errors"] == []


def test_a_worker_that_hangs_in_its_import_ends_the_restart(helper, project):
    (project.dir / "hang").touch()
    number = helper.send("restart", timeout=LIMIT)
    answer = helper.wait(number, timeout=60)
    hung = answer.get("error") or {"kind": "", "message": str(answer["ok"]["boot_errors"])}
    assert hung["kind"] == "timeout" or "timeout" in hung["message"]
