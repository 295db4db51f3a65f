"""Versions of gunicorn and coverage.py that gunicov was never tried with: it takes its plain way, and the numbers are a cold run's.

They are the installed ones with another number, and with other names for what is private in them.
"""

import re
import shutil

import coverage
import gunicorn
import pytest
from conftest import wait_until
from cycles import Cycles, cold_report
from gunicov_common.versions import untried
from runner_client import RunnerClient
from test_helper_collect import assert_equal

pytest_plugins = ("runner_client",)

APP = """\
import os
import parts

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/kill":
        os.kill(os.getpid(), 11)
    body = parts.name(path).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
PARTS = """\
import json


def name(path):
    if path == "/a":
        return json.dumps("a")
    return "other"
"""
PATHS = ["/", "/a"]
PRIVATE = {
    "coverage": [
        rf"\b{name}\b"
        for name in (
            "_inorout",
            "CANONICAL_FILENAME_CACHE",
            "get_analysis_to_report",
            "compute_multiline_map",
            "_prepare_data_for_reporting",
            "_analyze",
            "_auto_save",
        )
    ],
    "gunicorn": [r"def reload\b", r"\bself\.reload\b", r"\breap_workers\b", r"\bstatus\b"],
}
NUMBERS = {
    "coverage": 'version_info = (99, 0, 0, "final", 0)',
    "gunicorn": "version_info = (99, 0, 0)",
}


def newer(package, site):
    """A copy of an installed package in `site`, as version 99, with other names for what is private."""
    folder = site / package.__name__
    shutil.copytree(package.__path__[0], folder, ignore=shutil.ignore_patterns("__pycache__"))
    numbered = False
    for path in folder.rglob("*.py"):
        text = path.read_text()
        if package is coverage or path.name == "arbiter.py":
            for pattern in PRIVATE[package.__name__]:
                text = re.sub(pattern, r"\g<0>_99", text)
        text, times = re.subn(r"(?m)^version_info = .*$", NUMBERS[package.__name__], text)
        numbered = numbered or times > 0
        path.write_text(text)
    assert numbered


@pytest.fixture
def future(tmp_path):
    """The environment of a server with these versions."""
    site = tmp_path / "future" / "site-packages"
    site.mkdir(parents=True)
    newer(coverage, site)
    newer(gunicorn, site)
    return {"PYTHONPATH": str(site)}


@pytest.mark.parametrize("branch", [True, False])
def test_versions_of_tomorrow_have_a_cold_runs_numbers(
    gunicorn_server, project, tmp_path, future, branch
):
    rc = f"[run]\nbranch = {branch}\nsource = .\n"
    project.write(
        {
            "app.py": APP,
            "parts.py": PARTS,
            ".coveragerc": rc,
            "cold.rc": f"{rc}parallel = True\nsigterm = True\n",
        }
    )
    cold = cold_report(gunicorn_server, project, tmp_path, PATHS, env=future, args=["-w", "2"])
    server = gunicorn_server(project.dir, env=future, args=["-w", "2"])
    assert server.master["gunicorn"] == "99.0.0"
    told = [text for text in server.master["warnings"] if "plain way" in text]
    assert [text.split(" is newer")[0] for text in told] == ["gunicorn 99.0.0", "coverage 99.0.0"]
    with Cycles(server) as cycles:
        for _ in range(2):
            answer = cycles.run(PATHS)
            assert answer["flush"]["lost"] == answer["flush"]["reasons"] == answer["reasons"] == []
            assert_equal(answer["report"], cold, project.dir)
            paths = {**answer["flush"]["fast_paths"], **answer["fast_paths"]}
            assert paths["server.early_end"] == paths["server.report_first"]
            assert "gunicorn 99.0.0 is newer" in paths["server.early_end"]
            assert "coverage 99.0.0 is newer" in paths["coverage.keep_rows"]


def test_a_worker_that_a_signal_ends_is_reported_with_it(gunicorn_server, project, future):
    project.write({"app.py": APP, "parts.py": PARTS})
    server = gunicorn_server(project.dir, env=future)
    with pytest.raises(OSError):
        server.get("/kill")
    wait_until(lambda: server.generation.all("done"), "the end")
    assert server.generation.all("done")[0]["cause"] == "killed by SIGSEGV"
    assert server.get("/")[0] == 200


@pytest.mark.parametrize(
    "name, version, says",
    [
        ("gunicorn", "27.0.1", None),
        ("gunicorn", "27.9", None),
        ("gunicorn", "20.1.0", None),
        ("gunicorn", "28.0.0rc1", "newer than 27"),
        ("gunicorn", "20.0.4", "older than 20.1"),
        ("coverage", "7.17.9", None),
        ("coverage", "7.18.0a0", "newer than 7.17"),
        ("coverage", "8.0", "newer than 7.17"),
        ("coverage", "6.4.4", "older than 6.5"),
        ("pytest", "9.99.1", None),
        ("pytest", "10.0.0.dev1+g1", "newer than 9"),
    ],
)
def test_a_version_is_compared_as_far_as_the_newest_one_tried_goes(name, version, says):
    why = untried(name, version)
    assert (why is None) if says is None else (says in why)


def test_a_pytest_of_tomorrow_is_not_kept_warm(tmp_path, suite):
    about = tmp_path / "site-packages" / "pytest-10.0.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest\nVersion: 10.0.0\n")
    suite.write("test_a.py", "def test_a(): pass\n")
    runner = RunnerClient(tmp_path, env={"PYTHONPATH": str(about.parent)})
    try:
        answer = runner.run(suite.dir)
        assert answer.ok["passed"] == 1
        why = answer.ok["fast_paths"]["tests.warm"]
        assert why == "pytest 10.0.0 is newer than 9, the newest that was tried"
    finally:
        runner.close()
