"""Workers run the source as it is: no stale bytecode, and hashes of what was imported."""

import hashlib
import os
from pathlib import Path

import pytest
from conftest import HELLO

VERSIONED = """\
{imports}


def app(environ, start_response):
    body = {body}.encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
BY_LOCATION = """\
import importlib.util

spec = importlib.util.spec_from_file_location("version", "version.py")
version = importlib.util.module_from_spec(spec)
spec.loader.exec_module(version)"""


@pytest.mark.parametrize("imports", ["import version", BY_LOCATION], ids=["import", "location"])
def test_edits_of_one_size_within_one_second_are_all_run(gunicorn_server, project, imports):
    app = VERSIONED.format(imports=imports, body="version.NAME")
    project.write({"app.py": app, "version.py": 'NAME = "v0"\n'})
    os.utime(project.dir / "version.py", (1_700_000_000, 1_700_000_000))
    server = gunicorn_server(project.dir)
    environment = Path(f"/proc/{server.pid}/environ").read_text()
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    for number in range(1, 6):
        text = f'NAME = "v{number}"\n'
        project.write({"version.py": text})
        os.utime(project.dir / "version.py", (1_700_000_000, 1_700_000_000))
        server.hup()
        assert server.get("/") == (200, f"v{number}")
        booted = server.generation.all("booted")[0]
        path = str(project.dir / "version.py")
        assert booted["hashes"][path] == hashlib.sha256(text.encode()).hexdigest()
        assert {path, str(project.dir / "app.py")} <= set(booted["modules"])
    assert not list(project.dir.rglob("__pycache__"))


def test_bytecode_left_by_another_python_is_not_read(gunicorn_server, project):
    project.write({"app.py": VERSIONED.format(imports="import version", body="version.NAME")})
    project.write({"version.py": 'NAME = "old"\n'})
    os.utime(project.dir / "version.py", (1_700_000_000, 1_700_000_000))
    import py_compile

    py_compile.compile(str(project.dir / "version.py"))
    project.write({"version.py": 'NAME = "new"\n'})
    os.utime(project.dir / "version.py", (1_700_000_000, 1_700_000_000))
    server = gunicorn_server(project.dir)
    assert server.get("/") == (200, "new")


def test_libraries_still_use_their_bytecode(gunicorn_server, project):
    """The loader's own code path runs for flask: its modules have no hash and keep a cached file."""
    pytest.importorskip("flask")
    body = "str(sorted(m for m in sys.modules if m.startswith('flask')))"
    project.write({"app.py": VERSIONED.format(imports="import sys\n\nimport flask", body=body)})
    server = gunicorn_server(project.dir)
    assert "'flask.app'" in server.get("/")[1]
    booted = server.generation.all("booted")[0]
    assert list(booted["hashes"]) == [str(project.dir / "app.py")]
    assert booted["modules"] == [str(project.dir / "app.py")]


def test_a_module_imported_while_serving_is_hashed_when_saved(gunicorn_server, project):
    body = "__import__('late').NAME"
    project.write({"app.py": VERSIONED.format(imports="import os", body=body)})
    project.write({"late.py": 'NAME = "late"\n'})
    server = gunicorn_server(project.dir)
    assert server.get("/") == (200, "late")
    server.hup()
    first = server.generations()[0]
    assert str(project.dir / "late.py") not in first.read("booted", 1)["hashes"]
    # What booted/ has is not told again.
    assert list(first.read("saved", 1)["hashes"]) == [str(project.dir / "late.py")]


def test_what_is_imported_through_links_is_hashed_under_its_real_path(gunicorn_server, project):
    project.write({"app.py": VERSIONED.format(imports="import one.mod, two", body="one.mod.NAME")})
    project.write({"real/__init__.py": "", "real/mod.py": 'NAME = "mod"\n', "real/last.py": ""})
    os.symlink("real", project.dir / "one")
    os.symlink("real/last.py", project.dir / "two.py")
    server = gunicorn_server(project.dir)
    for _ in range(3):  # compiled, from the record, and as the master has made it
        assert server.get("/") == (200, "mod")
        booted = server.generation.all("booted")[0]
        real = {"app.py", "real/__init__.py", "real/mod.py", "real/last.py"}
        links = {"one/__init__.py", "one/mod.py", "two.py"}
        assert set(booted["hashes"]) == {str(project.dir / name) for name in real}
        assert set(booted["modules"]) == {str(project.dir / name) for name in real | links}
        server.hup()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's workers change their user")
def test_code_of_workers_of_another_user_is_not_made_in_the_master(
    gunicorn_server, project, tmp_path
):
    """It is run all the same, and an edit of it, too."""
    for base in [tmp_path, *tmp_path.parents]:  # pytest's own directories are private to root
        base.chmod(base.stat().st_mode | 0o055)
    imports = f"import sys\n\nSTATE = sys.modules['_gunicov_hook.state'].STATE\nHERE = {str(project.dir / 'app.py')!r}"
    body = "(type(STATE.code[HERE][1]).__name__ if HERE in STATE.code else 'none')"
    project.write({"app.py": VERSIONED.format(imports=imports, body=body)})
    other = gunicorn_server(project.dir, args=["--user", "nobody", "--group", "nogroup"])
    same = gunicorn_server(project.dir)
    for server, kind in ((other, "bytes"), (same, "code")):
        assert server.get("/") == (200, "none")
        server.hup()
        assert server.get("/") == (200, kind)
    project.write({"app.py": VERSIONED.format(imports="", body="'edited'")})
    for server in (other, same):
        server.hup()
        assert server.get("/") == (200, "edited")


def test_a_file_made_just_before_the_reload_is_found(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    for number in range(5):
        name = f"fresh{number}"
        project.write({f"{name}.py": f'NAME = "{name}"\n'})
        project.write({"app.py": VERSIONED.format(imports=f"import {name}", body=f"{name}.NAME")})
        server.hup()
        assert server.get("/") == (200, name)
