"""gunicorn's reload as the hook has it: old workers go at once, and their end is seen at once."""

import time

import pytest
from conftest import HELLO, wait_until

SLOW_CONFIG = """\
import os, time

if os.path.exists("slow"):
    time.sleep(0.5)
"""


@pytest.mark.parametrize("word", ["flush", "restart"])
def test_workers_go_while_the_master_prepares_the_next_ones(gunicorn_server, project, word):
    project.write({"app.py": HELLO, "gunicorn.conf.py": SLOW_CONFIG})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    server.get("/")
    project.write({"slow": ""})
    (server.dir / word).touch()
    server.hup()
    old, new = server.generations()
    assert max(saved["time"] for saved in old.all("saved")) < new.manifest["time"]
    assert len(old.data_files()) == (2 if word == "flush" else 0)
    assert [retired["age"] for retired in new.manifest["retires"]] == [1, 2]
    assert server.get("/")[0] == 200


def test_old_and_next_workers_give_way_to_the_report_of_a_flush(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    # They give way for a second: on a busy machine all this may now and then take longer.
    assert any(give_way(server) for _ in range(6))


def give_way(server):
    """Whether the old worker and its successor wait for the report, and for no longer than that."""
    old, number = server.generation, len(server.generations())
    (server.dir / "flush").touch()
    server.hup(wait=False)
    wait_until(lambda: len(server.generations()) == number + 1, "the reload")
    wait_until(lambda: old.ages("saved"), "the save")
    time.sleep(0.1)
    waiting = old.ages("done") == server.generation.ages("forked") == []
    (old.dir / "collected").touch()
    wait_until(lambda: old.ages("done") and server.generation.ages("booted"), "the rest")
    assert server.get("/")[0] == 200
    booted, saved = server.generation.all("booted")[0], old.all("saved")[0]
    return waiting and booted["time"] - saved["time"] < 1


def test_nothing_gives_way_for_long(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    (server.dir / "flush").touch()
    server.hup()
    old, new = server.generations()
    wait_until(lambda: old.ages("done"), "the old worker's end")
    waited = new.all("booted")[0]["time"] - old.read("saved", 1)["time"]
    assert 0.9 < waited < 20


def test_workers_with_sockets_of_their_own_stay_until_the_next_ones_are_there(
    gunicorn_server, project
):
    project.write({"app.py": HELLO, "gunicorn.conf.py": SLOW_CONFIG})
    server = gunicorn_server(project.dir, args=["--reuse-port"], wait=False)
    server.wait_booted()
    project.write({"slow": ""})
    (server.dir / "flush").touch()
    server.hup()
    old, new = server.generations()
    assert old.read("saved", 1)["time"] > new.manifest["time"]
    assert len(old.data_files()) == 1


def test_a_reload_of_somebody_elses_keeps_the_workers_until_the_next_ones_are_there(
    gunicorn_server, project
):
    project.write({"app.py": HELLO, "gunicorn.conf.py": SLOW_CONFIG})
    server = gunicorn_server(project.dir)
    project.write({"slow": ""})
    server.hup()
    old, new = server.generations()
    assert old.read("saved", 1)["time"] > new.manifest["time"]
    assert len(old.data_files()) == 1


THEIRS_CONFIG = """\
from pathlib import Path

calls = Path("calls")


def when_ready(server):
    usual = server.reload

    def reload():
        with calls.open("a") as file:
            file.write("reload\\n")
        if not Path("refused").exists():
            usual()

    server.reload = reload
"""


def test_a_reload_of_the_users_own_stays(gunicorn_server, project):
    project.write({"app.py": HELLO, "gunicorn.conf.py": THEIRS_CONFIG})
    server = gunicorn_server(project.dir)
    server.hup()
    project.write({"refused": ""})
    server.hup(wait=False)
    calls = project.dir / "calls"
    wait_until(lambda: calls.read_text() == 2 * "reload\n", "the refused reload")
    assert server.get("/")[0] == 200
    (project.dir / "refused").unlink()
    server.hup()
    assert calls.read_text() == 3 * "reload\n"
    assert len(server.generations()) == 3


MANAGES_CONFIG = """\
from pathlib import Path


def when_ready(server):
    usual = server.manage_workers

    def manage_workers():
        with Path("calls").open("a") as file:
            file.write(".")
        usual()

    server.manage_workers = manage_workers
"""


def test_the_users_own_manage_workers_stays(gunicorn_server, project):
    project.write({"app.py": HELLO, "gunicorn.conf.py": MANAGES_CONFIG})
    server = gunicorn_server(project.dir)
    for _ in range(2):
        server.hup()
        calls = (project.dir / "calls").read_text()
        wait_until(lambda calls=calls: (project.dir / "calls").read_text() > calls, "a call")
    assert server.get("/")[0] == 200
