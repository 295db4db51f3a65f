"""What an error of the system's becomes: only one of the record is "nothing can be recorded"."""

import shutil

import pytest
from gunicov_helper.failure import as_failure
from helper_client import HelperClient, clean_environment
from test_helper_server import APP, LIB, RC, TIME

FILES = {"app.py": APP, "lib.py": LIB, ".coveragerc": RC}

# It reads a file of its own each time that coverage.py is configured.
PLUGIN = """\
import coverage
import os


class Plugin(coverage.CoveragePlugin):
    def configure(self, config):
        with open(os.path.join(os.path.dirname(__file__), "plugin.txt")) as file:
            file.read()


def coverage_init(reg, options):
    reg.add_configurer(Plugin())
"""


def flushed(client, server):
    client.ask("restart", timeout=TIME)
    assert server.get("/a") == (200, "a")
    return client.ask("flush", timeout=TIME)["generation"]


def test_a_file_that_is_not_there_is_an_internal_error_with_its_place(found_server, project):
    rc = RC + "plugins = plugin\n"
    files = {**FILES, ".coveragerc": rc, "plugin.py": PLUGIN, "plugin.txt": ""}
    server, client = found_server(files)
    generation = flushed(client, server)
    (project.dir / "plugin.txt").unlink()
    error = client.refused("collect", generation=generation)
    assert error["kind"] == "internal"
    assert str(project.dir / "plugin.txt") in error["message"]
    assert "\n" not in error["message"], (
        "the message is one line, the traceback is to be read below"
    )
    assert "plugin.py" in error["detail"] and "gunicov_helper/report/analyser.py" in error["detail"]
    assert "report it" in error["fix"]


def test_the_directory_where_gunicorn_was_started_is_named_where_it_has_gone(found_server, project):
    files = {f"inner/{name}": text for name, text in FILES.items()}
    server, client = found_server(files, folder="inner")
    generation = flushed(client, server)
    shutil.move(project.dir / "inner", project.dir / "elsewhere")
    error = client.refused("collect", generation=generation)
    assert error["kind"] == "coverage-error"
    assert str(project.dir / "inner") in error["message"]


def test_a_record_that_is_removed_under_its_hands_is_reported_as_that(found_server):
    server, client = found_server(FILES)
    generation = flushed(client, server)
    client.ask("collect", generation=generation)
    shutil.rmtree(server.dir)
    assert client.refused("html")["kind"] == "coverage-dir"


def test_a_helper_that_breaks_down_says_why_on_stderr(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import select\n\ndel select.poll\n")
    client = HelperClient(env=clean_environment(PYTHONPATH=str(tmp_path)), cwd="/")
    assert client.line() is None
    assert client.close() == 1
    for thread in client.threads:
        thread.join()
    assert (
        b"AttributeError" in client.stderr and b"gunicov_helper/protocol/loop.py" in client.stderr
    )


RECORD = "/tmp/gunicov/master-1-2"


@pytest.mark.parametrize("number", [2, 28, 30])  # not there, full, read-only
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (RECORD, "coverage-dir"),
        (RECORD + "/report-x/coverage.json", "coverage-dir"),
        (RECORD.encode() + b"/report-x", "coverage-dir"),
        (RECORD + "-other/x", "internal"),
        ("/tmp/gunicov", "internal"),
        ("/app/lib.py", "internal"),
        ("relative", "internal"),
        (7, "internal"),
        (None, "internal"),
    ],
)
def test_only_an_error_of_the_record_says_that_nothing_can_be_recorded(path, kind, number):
    error = OSError(number, "The system's text", path)
    assert as_failure(error, [RECORD]).kind == kind
    assert as_failure(error).kind == "internal"
