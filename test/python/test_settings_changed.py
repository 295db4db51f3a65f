"""Settings that decide on the numbers are watched by what the hook has read: an edit is never taken half."""

import json
import os
import time

import pytest
from conftest import wait_until

TIME = 30
APP = """\
import other


def app(environ, start_response):
    if environ["PATH_INFO"] == "/a":
        body = b"a"
    else:
        body = b"b"
    start_response("200 OK", [("Content-Length", "1")])
    return [body]
"""
OTHER = "def unused():\n    return 1  # dead\n"
RC = "[run]\nsource = .\nomit = gunicorn.conf.py\n"
BRANCH = "[run]\nbranch = True\nsource = .\nomit = gunicorn.conf.py\n"
SETUP = RC.replace("[run]", "[coverage:run]")
TOML = '[tool.coverage.run]\nsource = ["."]\nomit = ["gunicorn.conf.py"]\n'


@pytest.fixture
def served(found_server):
    """A factory: (server, helper that has found it) of the app with these files."""

    def start(files, env=None):
        return found_server({"app.py": APP, "other.py": OTHER, **files}, env=env)

    return start


def cycle(server, client):
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    assert flushed["written"] == flushed["expected"] > 0
    return client.ask("collect", generation=flushed["generation"])


def freshness(client):
    """Whether the workers are fresh; they must have booted all."""

    def look():
        told = client.ask("freshness", files=[], source=[])
        return told if told["why"] != "not every worker has booted" else None

    return wait_until(look, "the boot")


EDITS = {
    ".coveragerc": (".coveragerc", RC, BRANCH, {}),
    "setup.cfg": ("setup.cfg", SETUP, SETUP + "branch = True\n", {}),
    "tox.ini": ("tox.ini", SETUP, SETUP + "branch = True\n", {}),
    "pyproject.toml": ("pyproject.toml", TOML, TOML + "branch = true\n", {}),
    "COVERAGE_RCFILE": ("rc/one", RC, BRANCH, {"COVERAGE_RCFILE": "rc/one"}),
    "COVERAGE_PROCESS_START": ("rc/two", RC, BRANCH, {"COVERAGE_PROCESS_START": "rc/two"}),
    "GUNICOV_COVERAGE_CONFIG": ("rc/three", RC, BRANCH, {"GUNICOV_COVERAGE_CONFIG": "rc/three"}),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_of_coverages_settings_restarts_the_workers(served, project, case):
    name, before, after, env = EDITS[case]
    path = str(project.dir / name)
    server, client = served({name: before}, env=env)
    answer = cycle(server, client)
    assert answer["superseded"] == [] and not answer["report"]["branches"]
    assert freshness(client)["fresh"] is True
    project.write({name: after})
    told = freshness(client)
    assert told["fresh"] is False and path in told["why"]
    answer = cycle(server, client)
    assert answer["superseded"] == [] and answer["report"]["branches"]
    assert freshness(client)["fresh"] is True
    # Between the restart and the report.
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    project.write({name: before})
    assert client.ask("collect", generation=flushed["generation"])["superseded"] == [path]


def test_settings_that_come_and_go(served, project):
    server, client = served({"pyproject.toml": TOML})
    path = str(project.dir / ".coveragerc")
    assert not cycle(server, client)["report"]["branches"]
    # This one wins over the other.
    project.write({".coveragerc": BRANCH})
    assert path in freshness(client)["why"]
    answer = cycle(server, client)
    assert answer["superseded"] == [] and answer["report"]["branches"]
    # The other one now decides on nothing.
    project.write({"pyproject.toml": "[tool.black]\nline-length = 100\n"})
    assert freshness(client)["fresh"] is True
    os.unlink(path)
    assert path in freshness(client)["why"]
    assert cycle(server, client)["superseded"] == []
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    project.write({".coveragerc": RC})
    assert client.ask("collect", generation=flushed["generation"])["superseded"] == [path]


def test_a_gunicorn_config_that_comes_is_no_fresh_worker(served, project):
    server, client = served({".coveragerc": RC})
    cycle(server, client)
    assert freshness(client)["fresh"] is True
    project.write({"gunicorn.conf.py": "threads = 2\n"})
    assert str(project.dir / "gunicorn.conf.py") in freshness(client)["why"]
    cycle(server, client)
    assert freshness(client)["fresh"] is True
    project.write({"gunicorn.conf.py": "threads = 4\n"})
    assert str(project.dir / "gunicorn.conf.py") in freshness(client)["why"]


PLUGIN = """\
import coverage
from rules import WORD


class Excluder(coverage.CoveragePlugin):
    def configure(self, config):
        config.set_option("report:exclude_lines", [WORD])


def coverage_init(registry, options):
    registry.add_configurer(Excluder())
"""


@pytest.mark.parametrize("edited", ["excluder.py", "rules.py"])
def test_a_plugin_of_the_project_that_is_edited_is_the_new_one(served, project, edited):
    rules = 'WORD = "dead"\n'
    files = {".coveragerc": RC + "plugins = excluder\n", "excluder.py": PLUGIN, "rules.py": rules}
    server, client = served(files)
    answer = cycle(server, client)
    assert excluded(answer, project) == [2]
    assert freshness(client)["fresh"] is True
    # Of the same size, and within the second: bytecode of the old one is not taken for it.
    old = {"rules.py": rules, "excluder.py": PLUGIN}[edited]
    new = {"rules.py": 'WORD = "none"\n', "excluder.py": PLUGIN.replace("[WORD]", '["zz"]')}[edited]
    assert len(new) == len(old)
    project.write({edited: new})
    assert str(project.dir / edited) in freshness(client)["why"]
    answer = cycle(server, client)
    assert answer["superseded"] == [] and excluded(answer, project) == []
    assert exported_excluded(client, project) == []
    # Between the restart and the report: neither the old nor the new one is right.
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    project.write({edited: old})
    answer = client.ask("collect", generation=flushed["generation"])
    assert answer["superseded"] == [str(project.dir / edited)]


def excluded(answer, project):
    path = str(project.dir / "other.py")
    return next(row["excluded_lines"] for row in answer["report"]["files"] if row["path"] == path)


def exported_excluded(client, project):
    number = client.send("export", map=[{"inside": "/nowhere", "outside": "/there"}])
    client.wait(number)
    files = json.loads(client.files(number)["coverage.json"])["files"]
    (one,) = [about for path, about in files.items() if path.endswith("other.py")]
    return one["excluded_lines"]


def test_what_the_masters_config_imports_is_told_to_be_old(served, project):
    config = "import tuning\n\nthreads = tuning.THREADS\n"
    files = {".coveragerc": RC, "gunicorn.conf.py": config, "tuning.py": "THREADS = 2\n"}
    server, client = served(files)
    answer = cycle(server, client)
    assert (answer["superseded"], answer["stale"]) == ([], [])
    project.write({"tuning.py": "THREADS = 4\n"})
    assert str(project.dir / "tuning.py") in freshness(client)["why"]
    time.sleep(2)  # long before the next restart
    answer = cycle(server, client)
    assert (answer["superseded"], answer["stale"]) == ([], [str(project.dir / "tuning.py")])
