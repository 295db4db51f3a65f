"""The hook as the wheel gunicov-hook installs it: named as a module, by GUNICOV_HOOK=1, by a line in the user's config."""

import os
import shutil
import subprocess

import pytest
from conftest import HELLO, ROOT, wait_until
from cycles import Cycles, cold_report
from helper_client import HelperClient, clean_environment
from test_helper_collect import assert_equal
from test_master_code import CONF, FILES, HOOKS, PATHS

LINE = "from gunicov_hook import *\n\n"
USERS = CONF + "\n\n" + HOOKS
# name -> (name of the config's file, its text, gunicorn's arguments, environment)
WAYS = {
    "a module": ("gunicorn.conf.py", USERS, [], {"GUNICORN_CMD_ARGS": "-c python:gunicov_hook"}),
    "the variable": ("gunicorn.conf.py", USERS, [], {"GUNICOV_HOOK": "1"}),
    "the variable, -c": ("mine.conf.py", USERS, ["-c", "mine.conf.py"], {"GUNICOV_HOOK": "1"}),
    "the variable, -c of a module": (
        "mypkg/conf.py",
        CONF,
        ["-c", "python:mypkg.conf"],
        {"GUNICOV_HOOK": "1"},
    ),
    "the variable and the module": (
        "gunicorn.conf.py",
        USERS,
        ["-c", "python:gunicov_hook"],
        {"GUNICOV_HOOK": "1"},
    ),
    "a first line": ("mine.conf.py", LINE + USERS, ["-c", "mine.conf.py"], {}),
    "a last line": ("gunicorn.conf.py", "workers = 2\n" + HOOKS + "\n\n" + LINE, [], {}),
    "a line and the variable": (
        "gunicorn.conf.py",
        LINE + USERS,
        ["-c", "gunicorn.conf.py"],
        {"GUNICOV_HOOK": "1"},
    ),
}


@pytest.fixture
def installed(virtual):
    """The environment with what the wheel puts into it; test/package has the wheel itself."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("gunicov_hook", "gunicov_common"):
        shutil.copytree(ROOT / "python" / name, virtual.site / name, ignore=ignore)
    for path in [ROOT / "python" / "gunicov_hook.py", *(ROOT / "packaging/gunicov-hook").iterdir()]:
        if path.suffix in (".py", ".pth"):
            shutil.copy(path, virtual.site)
    return virtual


@pytest.fixture
def start(gunicorn_server, project, installed):
    """A factory: a server that has loaded the hook in the way of that name."""

    def serve(name, **options):
        file, text, args, env = WAYS[name]
        rc = "[run]\nbranch = True\nsource = .\n"
        project.write({**FILES, "rc": rc, "cold.rc": f"{rc}parallel = True\n", file: text})
        env = {**env, "GUNICOV_COVERAGE_CONFIG": "rc", **options.pop("env", {})}
        server = gunicorn_server(
            project.dir, args=args, env=env, hook=False, python=installed.python, **options
        )
        server.wait_booted()
        return server

    return serve


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_a_cold_runs_numbers(
    start, way, gunicorn_server, project, installed, tmp_path
):
    with Cycles(start(way), installed.python) as ours:
        args = [] if way == "the variable and the module" else WAYS[way][2]
        cold = cold_report(
            gunicorn_server,
            project,
            tmp_path,
            PATHS,
            env={"GUNICOV": "0"},
            args=args,
            python=installed.python,
        )
        for _ in range(2):
            answer = ours.run(PATHS)
            assert_equal(answer["report"], cold, str(project.dir))
            assert (answer["flush"]["reasons"], answer["superseded"]) == ([], [])


NOTING = """\
def {hook}({takes}):
    with open("calls", "a") as file:
        file.write("{hook}\\n")


"""


@pytest.mark.parametrize("way", ["a first line", "a last line", "the variable, -c"])
def test_users_own_hooks_run_wherever_the_line_stands(start, project, way, monkeypatch):
    file, _, args, env = WAYS[way]
    before, after = (
        NOTING.format(hook=name, takes=takes)
        for name, takes in (("when_ready", "server"), ("post_fork", "server, worker"))
    )
    line = LINE if "line" in way else ""
    monkeypatch.setitem(WAYS, way, (file, before + line + after + "workers = 1\n", args, env))
    server = start(way)
    server.hup()
    calls = (project.dir / "calls").read_text().split()
    assert calls == ["when_ready", "post_fork", "post_fork"]
    assert server.generation.manifest["settings"]["workers"] == 1


@pytest.mark.parametrize("way", ["a first line", "the variable, -c", "a module"])
def test_a_config_that_breaks_does_not_end_the_master(start, project, way):
    server = start(way)
    file, text, *_ = WAYS[way]
    (project.dir / file).write_text(text + "\n1 / 0\n")
    server.hup()
    assert "ZeroDivisionError" in (server.dir / "config-error.json").read_text()
    (project.dir / file).write_text(text)
    server.hup()
    assert server.get("/")[0] == 200
    assert not (server.dir / "config-error.json").exists()


@pytest.mark.parametrize("way", ["a first line", "the variable, -c"])
def test_switched_off_it_is_not_there(gunicorn_server, project, installed, way):
    file, text, args, env = WAYS[way]
    project.write({**FILES, file: text})
    env = {**env, "GUNICOV": "0"}
    server = gunicorn_server(project.dir, args=args, env=env, hook=False, python=installed.python)
    wait_until(lambda: server.get("/")[0] == 200, "an answer", server.log)
    assert server.dir is None


def test_a_gunicorn_that_the_app_starts_has_its_own_config(gunicorn_server, project, installed):
    """What `-c` named is not left in the environment that the app and its children see."""
    app = HELLO.replace("def app", "import os\n\n\ndef app").replace('b"hello"', "SEEN")
    app += '\n\nSEEN = repr(os.environ.get("GUNICOV_USER_CONFIG")).encode().ljust(5)\n'
    project.write({"app.py": app, "mine.conf.py": "workers = 1\n"})
    server = gunicorn_server(
        project.dir,
        args=["-c", "mine.conf.py"],
        env={"GUNICOV_HOOK": "1"},
        hook=False,
        python=installed.python,
    )
    server.wait_booted()
    assert server.get("/")[1] == "None "


def test_other_programs_have_nothing_of_it(installed):
    code = "import sys; print([name for name in sys.modules if 'gunicov' in name])"
    for value, expected in (("1", "['gunicov_hook_start']"), ("0", "[]")):
        env = {**os.environ, "GUNICOV_HOOK": value}
        said = subprocess.check_output([installed.python, "-c", code], env=env, text=True)
        assert said.strip() == expected


def test_a_server_that_has_the_variable_and_has_only_begun_is_waited_for(
    gunicorn_server, project, installed
):
    """As after `docker compose up -d`: its config takes a while, and the hook runs after that."""
    project.write({**FILES, "gunicorn.conf.py": "import time\n\ntime.sleep(6)\n"})
    server = gunicorn_server(
        project.dir, env={"GUNICOV_HOOK": "1"}, hook=False, python=installed.python, wait=False
    )
    client = HelperClient(python=installed.python, env=clean_environment(), cwd="/")
    try:
        assert client.ask("find", pid=server.pid, timeout=30)["master"]["hook"]
    finally:
        client.close()
