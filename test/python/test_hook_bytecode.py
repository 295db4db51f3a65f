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
    assert str(project.dir / "late.py") in first.read("saved", 1)["hashes"]


def test_a_file_made_just_before_the_reload_is_found(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    for number in range(5):
        name = f"fresh{number}"
        project.write({f"{name}.py": f'NAME = "{name}"\n'})
        project.write({"app.py": VERSIONED.format(imports=f"import {name}", body=f"{name}.NAME")})
        server.hup()
        assert server.get("/") == (200, name)
