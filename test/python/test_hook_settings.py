"""Settings and hooks of the user's own gunicorn config are kept; what the hook changes, it says."""

import json
import os
import pwd
import runpy
import stat

import pytest
from conftest import HELLO, HOOK, measured, wait_until

EVERY_HOOK = """\
import os

workers = 2
raw_env = ["THEIRS=1"]
os.makedirs("calls", exist_ok=True)


def note(name, *seen):
    with open("calls/" + name, "a") as file:
        file.write(repr([type(each).__name__ for each in seen]) + "\\n")


def on_starting(server):
    note("on_starting", server)


def when_ready(server):
    note("when_ready", server)


def on_reload(server):
    note("on_reload", server)


def pre_fork(server, worker):
    note("pre_fork", server, worker)


def post_fork(server, worker):
    note("post_fork", server, worker)


def post_worker_init(worker):
    note("post_worker_init", worker)


def pre_request(worker, req):
    note("pre_request", worker, req)


def post_request(worker, req, environ, resp):
    note("post_request", worker, req, environ, resp)


def child_exit(server, worker):
    note("child_exit", server, worker)


def worker_exit(server, worker):
    note("worker_exit", server, worker)


def nworkers_changed(server, new, old):
    note("nworkers_changed", server)


def on_exit(server):
    note("on_exit", server)
"""
SHAPES = {
    "on_starting": (["Arbiter"], 1),
    "when_ready": (["Arbiter"], 1),
    "on_reload": (["Arbiter"], 1),
    "pre_fork": (["Arbiter", "SyncWorker"], 4),
    "post_fork": (["Arbiter", "SyncWorker"], 4),
    "post_worker_init": (["SyncWorker"], 4),
    "pre_request": (["SyncWorker", "Request"], 1),
    "post_request": (["SyncWorker", "Request", "dict", "Response"], 1),
    "child_exit": (["Arbiter", "SyncWorker"], 4),
    "worker_exit": (["Arbiter", "SyncWorker"], 4),
    "on_exit": (["Arbiter"], 1),
}


@pytest.mark.parametrize("switch", ["1", "0"])
def test_the_users_hooks_and_settings_are_chained(gunicorn_server, project, switch):
    project.write({"app.py": HELLO, "gunicorn.conf.py": EVERY_HOOK})
    server = gunicorn_server(project.dir, env={"GUNICOV": switch})
    calls = project.dir / "calls"

    def count(name):
        path = calls / name
        return len(path.read_text().splitlines()) if path.exists() else 0

    wait_until(lambda: count("post_worker_init") == 2, "the first workers", server.log)
    assert server.get("/") == (200, "hello")
    server.hup(wait=switch == "1")
    # The workers' exits come after the new ones' boot on old versions of gunicorn.
    wait_until(lambda: count("post_worker_init") == 4, "the reload", server.log)
    wait_until(lambda: count("child_exit") == 2, "the old workers' end", server.log)
    assert server.stop() == 0
    found = {name: (calls / name).read_text().splitlines() for name in SHAPES}
    assert {name: len(lines) for name, lines in found.items()} == {
        name: times for name, (_, times) in SHAPES.items()
    }
    assert {name: set(lines) for name, lines in found.items()} == {
        name: {repr(types)} for name, (types, _) in SHAPES.items()
    }
    if switch == "0":
        assert server.dir is None
    else:
        assert server.master["user_config"] == str(project.dir / "gunicorn.conf.py")


def test_switched_off_it_does_nothing_at_all(gunicorn_server, project):
    project.write(
        {
            "app.py": "import sys\n\n"
            + HELLO.replace('[b"hello"]', 'b"%5d" % ("coverage" in sys.modules),')
        }
    )
    server = gunicorn_server(project.dir, env={"GUNICOV": "0"})
    assert server.get("/") == (200, "    0")
    assert list((project.dir / "__pycache__").glob("app.*"))
    assert server.dir is None
    # Broken code ends gunicorn's master, as it does without the hook.
    project.write({"app.py": "def app(:\n"})
    server.hup(wait=False)
    assert server.process.wait(15) != 0


def test_another_config_can_be_named(gunicorn_server, project):
    project.write({"app.py": HELLO, "conf/mine.py": "workers = 3\n", "gunicorn.conf.py": "1 / 0"})
    server = gunicorn_server(project.dir, env={"GUNICOV_USER_CONFIG": "conf/mine.py"})
    assert len(server.generation.ages("booted")) == 3
    os.unlink(project.dir / "conf/mine.py")
    server.hup()
    error = json.loads((server.dir / "config-error.json").read_text())
    assert "FileNotFoundError" in error["traceback"]
    assert len(server.generation.ages("booted")) == 3


def test_the_hook_can_come_in_by_the_environment(gunicorn_server, project):
    project.write({"app.py": HELLO})
    env = {"GUNICORN_CMD_ARGS": f"-c {HOOK}"}
    server = gunicorn_server(project.dir, env=env, hook=False)
    server.wait_booted()
    assert server.master["pid"] == server.pid


def test_the_hook_can_be_named_as_a_module(gunicorn_server, project):
    project.write({"app.py": HELLO, "gunicorn.conf.py": "workers = 1\n"})
    env = {"PYTHONPATH": HOOK.parent}
    args = ["-c", "python:gunicov_hook"]
    server = gunicorn_server(project.dir, args=args, env=env, hook=False)
    server.wait_booted()
    project.write({"gunicorn.conf.py": "workers = 2\n"})
    server.hup()
    assert len(server.generation.ages("booted")) == 2


@pytest.mark.parametrize(
    ("config", "args", "limit", "result", "said"),
    [
        ("", [], None, 2, False),
        ("graceful_timeout = 20\n", [], None, 2, True),
        ("", ["--graceful-timeout", "25"], None, 2, True),
        ("graceful_timeout = 1\n", [], None, 1, False),
        ("", [], "5", 5, False),
        ("", [], "0", 30, False),
        ("", [], "soon", 30, True),
    ],
)
def test_graceful_timeout_is_capped(gunicorn_server, project, config, args, limit, result, said):
    project.write({"app.py": HELLO, "gunicorn.conf.py": config})
    env = {"GUNICOV_GRACEFUL_TIMEOUT": limit} if limit else {}
    server = gunicorn_server(project.dir, args=args, env=env)
    for _ in range(2):
        assert server.master["graceful_timeout"] == result
        assert any("raceful_timeout" in w.lower() for w in server.master["warnings"]) == said
        server.hup()


def test_settings_that_spoil_the_numbers_are_warned_of(gunicorn_server, project):
    project.write({"app.py": HELLO, "gunicorn.conf.py": "reload = True\npreload_app = True\n"})
    server = gunicorn_server(project.dir)
    warnings = " ".join(server.master["warnings"])
    assert "reload = True" in warnings and "preload_app = True" in warnings
    assert server.master["preload"] is True


def test_project_code_that_the_config_imports_is_warned_of(gunicorn_server, project):
    config = "import sys\n\nsys.path.insert(0, '.')\nfrom values import workers\n"
    project.write({"app.py": HELLO, "values.py": "workers = 1\n", "gunicorn.conf.py": config})
    server = gunicorn_server(project.dir)
    assert [str(project.dir / "values.py") in w for w in server.master["warnings"]] == [True]


def test_an_ordinary_server_gets_no_warning(gunicorn_server, project):
    project.write({"app.py": HELLO, "gunicorn.conf.py": "workers = 1\n"})
    server = gunicorn_server(project.dir)
    server.hup()
    assert server.master["warnings"] == []
    assert "WARNING" not in server.log() and "ERROR" not in server.log()


def test_requests_are_counted(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    first = server.generation
    assert first.ages("served") == []
    assert first.read("booted", 1)["counts_requests"] is True
    for _ in range(3):
        server.get("/")
    assert first.ages("served") == [1]
    server.hup()
    assert first.read("saved", 1)["requests"] == 3


def test_no_control_socket_is_opened(gunicorn_server, project, tmp_path):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    server.get("/")
    assert not (tmp_path / ".gunicorn").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's workers change their user")
def test_workers_of_another_user_can_write_the_private_record(gunicorn_server, project, tmp_path):
    nobody = pwd.getpwnam("nobody")
    project.write({"app.py": HELLO})
    base = tmp_path
    while base.parent != base:  # pytest's own directories are private to root
        if stat.S_IMODE(base.stat().st_mode) & 0o055 != 0o055:
            base.chmod(0o755)
        base = base.parent
    server = gunicorn_server(project.dir, args=["--user", "nobody", "--group", "nogroup"])
    server.get("/")
    server.hup()
    first = server.generations()[0]
    assert first.ages("saved") == [1]
    assert "app.py" in measured(first.data_files(), project.dir)
    for path in [server.dir, first.dir, *first.dir.iterdir()]:
        assert path.stat().st_uid == nobody.pw_uid, path
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.is_file()


def test_the_record_is_private(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    directories = [server.dir, server.generation.dir]
    directories += [path for path in server.generation.dir.iterdir() if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in directories} == {0o700}
    assert stat.S_IMODE(server.dir.parent.stat().st_mode) == 0o1777


def test_no_name_of_the_hook_is_taken_for_a_setting(monkeypatch, tmp_path):
    from gunicorn.config import KNOWN_SETTINGS

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUNICOV", "0")
    names = runpy.run_path(str(HOOK))
    assert not set(names) & {setting.name for setting in KNOWN_SETTINGS}


def test_a_sitecustomize_that_is_only_linked_among_the_libraries_is_not_the_projects(
    gunicorn_server, project, virtual, tmp_path
):
    """As Debian's, which is a link to /etc: without `source` coverage.py would measure it."""
    (tmp_path / "etc.py").write_text("import os\n")
    (virtual.site / "sitecustomize.py").symlink_to(tmp_path / "etc.py")
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, python=virtual.python)
    server.wait_booted()
    assert server.master["warnings"] == []
    assert not [each for each in server.generation.read("booted", 1)["modules"] if "etc.py" in each]
