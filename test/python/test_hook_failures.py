"""What the hook does when the app, the config, a worker or the record's directory fails."""

import contextlib
import json
import os
import signal

import pytest
from conftest import HELLO, copy_hook, measured, wait_until

BROKEN = {
    "SyntaxError": "def app(:\n",
    "ModuleNotFoundError": "import no_such_module\n",
    "AppImportError": "other = 1\n",
    "SystemExit": "import sys\n\nsys.exit(3)\n",
    "KeyboardInterrupt": "raise KeyboardInterrupt\n",
    "UnicodeError": 'raise UnicodeError("\\udcff lone surrogate")\n',
}
CLASSES = [["-k", "sync"], ["-k", "gthread", "--threads", "2"]]


@pytest.mark.parametrize("args", CLASSES)
@pytest.mark.parametrize("kind", BROKEN)
def test_an_app_that_does_not_import_is_served_recorded_and_recovers(
    gunicorn_server, project, kind, args
):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, args=[*args, "-w", "2"])
    project.write({"app.py": BROKEN[kind]})
    server.hup()
    second = server.generation
    status, body = server.get("/")
    assert (status, kind in body) == (500, True), body
    assert second.ages("boot-error") == second.ages("forked") == [3, 4]
    assert second.ages("booted") == []
    assert kind in second.read("boot-error", 3)["traceback"]
    assert "importlib" not in body and "gunicov_hook" not in body
    project.write({"app.py": HELLO})
    server.hup()
    assert server.get("/") == (200, "hello")
    assert second.ages("saved") == [3, 4]
    assert server.stop() == 0


def test_a_broken_app_at_the_first_start_is_served_too(gunicorn_server, project):
    project.write({"app.py": BROKEN["SyntaxError"]})
    server = gunicorn_server(project.dir)
    assert server.get("/")[0] == 500
    project.write({"app.py": HELLO})
    server.hup()
    assert server.get("/") == (200, "hello")


def test_an_asgi_app_that_does_not_import_is_served(gunicorn_server, project):
    pytest.importorskip("gunicorn.asgi")
    project.write({"app.py": BROKEN["SyntaxError"]})
    server = gunicorn_server(project.dir, args=["-k", "asgi"])
    status, body = server.get("/")
    assert (status, "SyntaxError" in body) == (500, True)
    assert server.generation.ages("boot-error") == [1]


CONFIG_ERRORS = {
    "SyntaxError": "workers = = 2\n",
    "ZeroDivisionError": "workers = 1 // 0\n",
    "ValueError": 'workers = "many"\n',
    "SystemExit": "raise SystemExit(1)\n",
    "RuntimeError": 'worker_class = "no.such.Worker"\n',
    "TypeError": "def pre_request(worker):\n    pass\n",
}


@pytest.mark.parametrize("kind", CONFIG_ERRORS)
def test_an_error_in_the_config_at_a_reload_keeps_the_last_good_one(gunicorn_server, project, kind):
    project.write({"app.py": HELLO, "gunicorn.conf.py": "workers = 2\n"})
    server = gunicorn_server(project.dir)
    project.write({"gunicorn.conf.py": CONFIG_ERRORS[kind]})
    number = server.hup()
    error = json.loads((server.dir / "config-error.json").read_text())
    assert error["generation"] == number
    assert kind in error["traceback"]
    assert kind in server.log()
    assert server.generation.manifest["settings"]["workers"] == 2
    assert server.get("/") == (200, "hello")
    project.write({"gunicorn.conf.py": "workers = 3\n"})
    server.hup()
    assert not (server.dir / "config-error.json").exists()
    assert len(server.generation.ages("booted")) == 3


@pytest.mark.parametrize("kind", CONFIG_ERRORS)
def test_an_error_in_the_config_at_the_first_start_ends_gunicorn(gunicorn_server, project, kind):
    project.write({"app.py": HELLO, "gunicorn.conf.py": CONFIG_ERRORS[kind]})
    server = gunicorn_server(project.dir, wait=False)
    assert server.process.wait(10) == 1


def test_a_killed_worker_is_done_but_has_not_saved(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    first = server.generation
    victim = first.read("booted", 1)
    assert int((first.dir / "forked" / "1").read_text()) == victim["pid"]
    os.kill(victim["pid"], signal.SIGKILL)
    wait_until(lambda: first.ages("done") == [1], "child_exit", server.log)
    assert first.read("done", 1)["cause"] == "killed by SIGKILL"
    # The one that gunicorn forks in its place belongs to the same generation.
    wait_until(lambda: first.ages("booted") == [1, 2, 3], "the replacement", server.log)
    server.hup()
    assert first.ages("saved") == [2, 3]
    assert first.ages("forked") == [1, 2, 3]
    assert len(first.data_files()) == 2


def test_a_worker_that_times_out_says_so(gunicorn_server, project):
    project.write({"app.py": "import time\n\n\ndef app(*_):\n    time.sleep(30)\n"})
    server = gunicorn_server(project.dir, args=["--timeout", "1"])
    first = server.generation
    with contextlib.suppress(OSError):  # the connection breaks, or (27) ends in a 500
        assert server.get("/", timeout=8)[0] == 500
    wait_until(lambda: 1 in first.ages("done"), "child_exit", server.log)
    assert first.read("done", 1)["cause"] == "timeout"


def test_recycled_workers_are_on_the_roster_with_their_data(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, args=["--max-requests", "2"])
    first = server.generation
    for count in range(1, 4):
        server.get("/")
        server.get("/")
        wait_until(lambda c=count: len(first.ages("booted")) > c, "the next worker", server.log)
    server.hup()
    assert first.ages("forked") == first.ages("saved") == [1, 2, 3, 4]
    assert [first.read("saved", age)["requests"] for age in (1, 2, 3)] == [2, 2, 2]
    assert len(first.data_files()) == 4


def test_a_second_sigterm_while_saving_loses_nothing(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    for _ in range(5):
        generation = server.generation
        pid = generation.all("booted")[0]["pid"]
        server.hup(wait=False)
        for number in (signal.SIGTERM, signal.SIGTERM):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                break
        wait_until(lambda g=generation: g.ages("saved"), "saved", server.log)
        wait_until(lambda: server.generation.ages("booted"), "the next", server.log)


def test_a_record_that_cannot_be_made_leaves_the_server_serving(gunicorn_server, project):
    project.write({"app.py": HELLO})
    (project.dir / "taken").write_text("a file, not a directory")
    env = {"GUNICOV_DIR": project.dir / "taken"}
    server = gunicorn_server(project.dir, env=env, wait=False)
    wait_until(lambda: "Booting worker" in server.log(), "the worker", server.log)
    server.url = next(w for w in server.log().split() if w.startswith("http://"))
    assert server.get("/") == (200, "hello")
    assert "gunicov: open_generation failed" in server.log()
    # Broken code must not end it either.
    project.write({"app.py": BROKEN["SyntaxError"]})
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.get("/")[0] == 500, "the broken app", server.log)
    assert server.stop() == 0


def test_a_record_wiped_between_reloads_is_made_anew(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    directory = server.dir
    os.rename(directory, project.dir / "gone")
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: server.generations() and server.generation.ages("booted"), "reload")
    assert server.generation.manifest["generation"] == 2
    assert server.get("/") == (200, "hello")


def test_a_server_without_coverage_serves_and_says_so(gunicorn_server, project, tmp_path):
    project.write({"app.py": HELLO})
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "coverage.py").write_text('raise ImportError("none here")\n')
    server = gunicorn_server(project.dir, env={"PYTHONPATH": shadow})
    assert server.master["coverage"] is None
    assert any("nothing is measured" in warning for warning in server.master["warnings"])
    server.hup()
    assert server.get("/") == (200, "hello")
    assert server.generations()[0].read("saved", 1)["file"] is None


@pytest.mark.parametrize("text", ["[run]\nbranch = perhaps\n", "[run\n"])
def test_a_coverage_configuration_that_is_refused_is_a_warning(gunicorn_server, project, text):
    project.write({"app.py": HELLO, ".coveragerc": text})
    server = gunicorn_server(project.dir)
    assert any("refuses its configuration" in warning for warning in server.master["warnings"])
    assert server.get("/") == (200, "hello")
    server.hup()
    saved = server.generations()[0].read("saved", 1)
    assert saved["file"] is None and saved["error"]


def test_data_that_cannot_be_saved_is_said(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    first = server.generation
    os.rename(first.dir / "part", first.dir / "part.gone")
    server.hup()
    saved = first.read("saved", 1)
    assert saved["file"] is None and saved["error"]


def test_the_users_hook_error_behaves_as_without_us(gunicorn_server, project):
    config = "def pre_request(worker, req):\n    raise ValueError('theirs')\n"
    project.write({"app.py": HELLO, "gunicorn.conf.py": config})
    server = gunicorn_server(project.dir)
    assert server.get("/")[0] == 500
    assert "theirs" in server.log()
    server.hup()
    first = server.generations()[0]
    # It came to the worker, which is not fresh any more; the app was not asked.
    assert first.ages("served") == [1]
    assert first.read("saved", 1)["requests"] == 0
    assert first.read("saved", 1)["last_request"] is not None
    assert "app.py" in measured(first.data_files(), project.dir)


def test_the_hook_may_itself_be_named_gunicorn_conf(gunicorn_server, project):
    project.write({"app.py": HELLO})
    copy_hook(project.dir, "gunicorn.conf.py")
    server = gunicorn_server(project.dir, hook=False)
    server.wait_booted()
    server.hup()
    assert server.generation.manifest["generation"] == 2


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_directory_for_records_that_is_a_file_is_said_as_that(gunicorn_server, project, place):
    project.write({"app.py": HELLO, "file": ""})
    env = {"GUNICOV_DIR": project.dir / place}
    server = gunicorn_server(project.dir, env=env, hook=True, wait=False)
    wait_until(lambda: "Booting worker" in server.log(), "a worker", server.log)
    wait_until(lambda: "open_generation failed" in server.log(), "the complaint", server.log)
    assert "Not a directory" in server.log() or "File exists" in server.log()
    assert "belongs to another user" not in server.log()
