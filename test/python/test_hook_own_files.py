"""The hook's own files: in no number of the project's, and read by nobody once the master has started."""

import os
import pwd
import subprocess

import pytest
from conftest import HOOK, PYTHON, copy_hook, server_environment
from cycles import Cycles
from test_hook_reload import HELLO

SINCE_FORK = """\
import sys


def app(environ, start_response):
    forked_with = sys.modules["_gunicov_hook.state"].STATE.forked_with
    body = repr(sorted(name for name in {*sys.modules} - forked_with if "gunicov" in name)).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.mark.parametrize("options", ["", "include_namespace_packages = True\n"])
@pytest.mark.parametrize("preload", ["", "preload_app = True\n"])
def test_where_they_lie_in_what_is_measured_no_number_has_them(
    gunicorn_server, project, options, preload
):
    rc = f"[run]\nsource = .\nomit = gunicorn.conf.py\n[report]\n{options}"
    project.write({"app.py": HELLO, ".coveragerc": rc, "gunicorn.conf.py": preload})
    hook = copy_hook(project.dir)
    server = gunicorn_server(project.dir, args=["-w", "2", "-c", str(hook)], hook=False)
    server.wait_booted()
    with Cycles(server) as cycles:
        for _ in range(2):
            answer = cycles.run(["/"])
            assert answer["flush"]["reasons"] == [] and answer["superseded"] == []
            files = answer["report"]["files"]
            assert [os.path.relpath(each["path"], project.dir) for each in files] == ["app.py"]
    for generation in server.generations():
        for booted in generation.all("booted"):
            told = {*booted["hashes"], *booted["modules"], *dict(booted["libraries"]).values()}
            assert {path for path in told if "gunicov" in path} == set()
            assert booted["early"] == booted["widened"] == []
    assert not any("gunicov" in path for path in server.master["imported"])


def test_a_worker_imports_none_of_them(gunicorn_server, project):
    project.write({"app.py": SINCE_FORK})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    for _ in range(2):
        assert server.get("/") == (200, "[]")
        server.hup()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's workers change their user")
def test_workers_of_a_user_who_may_not_read_them(gunicorn_server, project, tmp_path):
    for base in [tmp_path, *tmp_path.parents]:  # pytest's own directories are private to root
        base.chmod(base.stat().st_mode | 0o055)
    project.write({"app.py": HELLO, ".coveragerc": "[run]\nsource = .\n"})
    hook = copy_hook(tmp_path / "private")
    hook.parent.chmod(0o700)
    args = ["-w", "2", "--user", "nobody", "--group", "nogroup", "-c", str(hook)]
    server = gunicorn_server(project.dir, args=args, hook=False)
    server.wait_booted()
    uid = pwd.getpwnam("nobody").pw_uid
    with Cycles(server) as cycles:
        for _ in range(2):
            answer = cycles.run(["/"])
            assert answer["flush"]["reasons"] == []
            assert answer["report"]["totals"]["missing_lines"] == 0
    booted = server.generations()[0].dir / "booted"
    assert {path.stat().st_uid for path in booted.iterdir()} == {uid}
    assert "gunicov: " not in server.log()


def test_a_link_to_the_hook_finds_them(gunicorn_server, project, tmp_path):
    project.write({"app.py": HELLO})
    os.symlink(copy_hook(tmp_path / "elsewhere"), project.dir / "hook.py")
    server = gunicorn_server(project.dir, args=["-c", "hook.py"], hook=False)
    server.wait_booted()
    server.hup()


def test_where_nothing_may_be_written_beside_them_nothing_is(gunicorn_server, project, tmp_path):
    project.write({"app.py": HELLO})
    hook = copy_hook(tmp_path / "hook")
    before = sorted(hook.parent.rglob("*"))
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    server = gunicorn_server(project.dir, args=["-c", str(hook)], env=env, hook=False)
    server.wait_booted()
    server.hup()
    assert sorted(hook.parent.rglob("*")) == before


@pytest.mark.skipif(HOOK.parent.name == "dist", reason="in one file there is no folder")
def test_a_copy_of_the_config_file_alone_says_what_is_missing(project, tmp_path):
    project.write({"app.py": HELLO, "gunicov_hook.py": HOOK.read_text()})
    ended = subprocess.run(
        [PYTHON, "-m", "gunicorn", "--bind", "127.0.0.1:0", "-c", "gunicov_hook.py", "app:app"],
        cwd=project.dir,
        env=server_environment({}, tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert str(project.dir / "gunicov_hook") in ended.stderr
    assert "dist/gunicov_hook.py" in ended.stderr


def test_the_apps_sys_path_is_without_their_folder(gunicorn_server, project):
    project.write({"app.py": SINCE_FORK.replace("repr(sorted(", "repr(sys.path or sorted(")})
    server = gunicorn_server(project.dir)
    assert str(project.dir) in server.get("/")[1]
    assert str(HOOK.parent) not in server.get("/")[1]
