"""A hook of another version than the helper's: refused where they can't work together, else said."""

import json
import shutil

import pytest
from conftest import HELLO, ROOT
from gunicov_common.release import RECORD, VERSION
from helper_client import HelperClient, clean_environment


def test_the_version_is_package_jsons():
    assert json.loads((ROOT / "package.json").read_text())["version"] == VERSION


@pytest.fixture
def ask(gunicorn_server, project, tmp_path):
    """A factory: what `find` answers ({"ok": …} or {"error": …}) where the hook's release.py is changed so."""
    clients = []

    def find(*change):
        copy = tmp_path / "python"
        shutil.copytree(ROOT / "python", copy, ignore=shutil.ignore_patterns("__pycache__"))
        release = copy / "gunicov_common" / "release.py"
        text = release.read_text()
        release.write_text(text.replace(*change))
        assert release.read_text() != text
        project.write({"app.py": HELLO})
        hook = copy / "gunicov_hook.py"
        server = gunicorn_server(project.dir, args=["-c", str(hook)], hook=False)
        server.wait_booted()
        clients.append(HelperClient(env=clean_environment(), cwd="/"))
        return clients[0].wait(clients[0].send("find", pid=server.pid))

    yield find
    for client in clients:
        client.close()


@pytest.mark.parametrize("form", [RECORD + 1, 0])
def test_a_record_that_this_helper_cannot_read_is_refused(ask, form):
    error = ask(f"\nRECORD = {RECORD}\n", f"\nRECORD = {form}\n")["error"]
    assert error["kind"] == "hook-version"
    assert f"pip install gunicov-hook=={VERSION}" in error["fix"]
    assert VERSION in error["message"]
    assert ("Or install that version of gunicov here" in error["fix"]) == (form > RECORD)


def test_a_hook_that_does_not_say_its_version_is_refused(ask):
    """From before there were packages: `hook` is not in master.json."""
    error = ask("OLDEST_RECORD", "VERSION = RECORD = None\nOLDEST_RECORD")["error"]
    assert error["kind"] == "hook-version" and "of another version" in error["message"]


def test_another_version_with_the_same_record_is_a_warning(ask):
    found = ask(f'"{VERSION}"', '"9.8.7"')["ok"]["master"]
    assert [text for text in found["warnings"] if "9.8.7" in text and VERSION in text]


def test_the_same_version_says_nothing(ask):
    found = ask("as in package.json", "that of package.json")["ok"]["master"]
    assert not [text for text in found["warnings"] if VERSION in text]
