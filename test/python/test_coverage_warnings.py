"""What coverage.py warns of, and what its tracer does not notice, reaches the report: no wrong number is complete."""

import json
import re
import subprocess
import sys
from pathlib import Path

import coverage
import pytest
from gunicov_helper.record.doubts import WARNINGS, Doubts
from helper_client import Refused

TIME = 30
APP = """\
import sys
import threading
from lib import choose

OURS = sys.gettrace()


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/off":
        sys.settrace(None)
    if path == "/other":
        sys.settrace(lambda *args: None)
    if path == "/for-a-while":
        before = sys.gettrace()
        sys.settrace(None)
        choose("/b")
        sys.settrace(before)
    if path == "/threads":
        thread = threading.Thread(target=choose, args=("/b",))
        thread.start()
        thread.join()
    if path == "/threads-off":
        threading.settrace(None)
    body = choose(path).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
LIB = """\
def choose(path):
    if path == "/b":
        return "b"
    return "other"
"""
PLUGIN = """\
import coverage


class Files(coverage.CoveragePlugin, coverage.FileTracer):
    def __init__(self, broken):
        self.broken = broken

    def file_tracer(self, filename):
        if filename.endswith("lib.py"):
            if self.broken:
                raise ValueError("it does not work")
            return self

    def source_filename(self):
        return __file__

    def file_reporter(self, filename):
        return "python"


def coverage_init(reg, options):
    reg.add_file_tracer(Files(options.get("broken")))
"""


@pytest.fixture
def cycle(found_server):
    """Runs one cycle: `cycle(rc, paths, files, args)` gives `collect`'s answer; `.server` and `.client` stay."""

    def run(rc, *paths, files=None, args=("-w", "1"), env=None, branch=True):
        rc = f"[run]\nbranch = {branch}\nsource = .\nomit = plugin.py, gunicorn.conf.py\n{rc}"
        own = {"app.py": APP, "lib.py": LIB, "plugin.py": PLUGIN, ".coveragerc": rc}
        run.server, client = found_server({**own, **(files or {})}, args=args, env=env)
        run.client, run.found = client, run.server.found
        client.ask("restart", timeout=TIME)
        for path in paths:
            run.server.get(path)
        run.generation = client.ask("flush", timeout=TIME)["generation"]
        return client.ask("collect", generation=run.generation)

    return run


@pytest.mark.parametrize("path", ["/off", "/other", "/for-a-while"])
@pytest.mark.parametrize(
    "args", [("-w", "1"), ("-w", "1", "--threads", "2")], ids=["sync", "threads"]
)
def test_a_trace_function_that_a_view_changes_makes_the_report_incomplete(
    cycle, project, path, args
):
    collected = cycle("", path, "/b", args=args)
    (reason,) = collected["reasons"]
    assert "sys.settrace was called at" in reason
    assert f"{project.dir}/app.py:" in reason and reason.startswith("worker ")


def test_threads_of_the_app_change_no_trace_function(cycle):
    for args in (("-w", "2"), ("-w", "1", "--threads", "3")):
        collected = cycle("", "/threads", "/b", "/threads", args=args)
        assert (collected["reasons"], collected["warnings"]) == ([], [])


def test_a_trace_function_taken_from_threads_to_come_makes_it_incomplete(cycle):
    (reason,) = cycle("", "/threads-off", "/b")["reasons"]
    assert "threading.settrace was called" in reason


def test_a_debugger_in_post_fork_makes_it_incomplete(cycle):
    config = "import sys\ndef post_fork(server, worker):\n    sys.settrace(lambda *args: None)\n"
    collected = cycle("", "/b", files={"gunicorn.conf.py": config})
    assert collected["report"]["totals"]["covered_lines"] < 15
    assert any("sys.settrace was called" in one for one in collected["reasons"])
    assert any("gunicorn.conf.py:3" in one for one in collected["reasons"])


def test_the_warning_of_the_tracer_in_python_makes_it_incomplete_even_if_disabled(cycle):
    collected = cycle("timid = True\ndisable_warnings = trace-changed\n", "/off", "/b")
    assert any("Trace function changed" in one for one in collected["reasons"])


def test_a_plugin_that_is_not_served_makes_it_incomplete(cycle):
    collected = cycle("timid = True\nplugins = plugin\n", "/b")
    (reason,) = collected["reasons"]
    assert re.search(r"Plugin file tracers \(plugin.Files\) aren't supported with PyTracer", reason)


def test_a_plugin_that_fails_makes_it_incomplete(cycle):
    collected = cycle("plugins = plugin\n[plugin]\nbroken = 1\n", "/b")
    assert any("Disabling plug-in" in one for one in collected["reasons"])


def test_what_says_nothing_of_the_numbers_is_a_warning(cycle):
    collected = cycle("include = a*\nplugins = \n", "/b")
    (warning,) = collected["warnings"]
    assert "--include is ignored because --source is set" in warning and collected["reasons"] == []


def test_an_option_that_coverage_does_not_know_is_reported_with_the_server(cycle):
    cycle("brunch = True\n")
    (warning,) = [one for one in cycle.found["warnings"] if "brunch" in one]
    assert warning.startswith("coverage.py: Unrecognized option")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")
def test_a_place_in_sys_monitoring_that_is_taken_makes_it_incomplete(cycle):
    app = APP.replace(
        "sys.settrace(None)", "sys.monitoring.set_events(sys.monitoring.COVERAGE_ID, 0)", 1
    )
    branch = sys.version_info >= (3, 14)
    collected = cycle("core = sysmon\n", "/off", "/b", files={"app.py": app}, branch=branch)
    assert any("sys.monitoring" in one for one in collected["reasons"])


def test_a_worker_that_imported_measured_files_and_has_no_data_makes_it_incomplete():
    row = {
        "/a.py": {"summary": {"num_statements": 2}},
        "/empty.py": {"summary": {"num_statements": 0}},
    }
    told = {"pid": 7, "unmeasured": ["/a.py", "/else.py", "/empty.py"]}
    assert Doubts([told], row).reasons == [
        "worker 7: nothing was measured, though /a.py was imported"
    ]
    assert Doubts([dict(told, unmeasured=["/empty.py", "/else.py"])], row).reasons == []


def test_a_package_that_only_some_workers_import_is_no_warning():
    said = ["module-not-imported", "Module pkg was never imported."]
    assert Doubts([{"pid": 1, "warnings": [said]}, {"pid": 2}], {}).warnings == []
    (warning,) = Doubts(
        [{"pid": 1, "warnings": [said]}, {"pid": 2, "warnings": [said]}], {}
    ).warnings
    assert warning == "workers 1, 2: coverage.py says: Module pkg was never imported."


def test_every_warning_of_this_coverage_is_known():
    found = set()
    for path in Path(coverage.__file__).parent.glob("*.py"):
        calls = re.finditer(r"\bwarn\(|\._warn\(", path.read_text())
        for call in calls:
            end = re.compile(r"slug=[\"']([a-z-]+)").search(path.read_text(), call.end())
            if end and end.start() - call.end() < 260:
                found.add(end.group(1))
    assert len(found) > 8 and found <= set(WARNINGS)


MADE = """\

HERE = __file__.rpartition("/")[0]
exec(compile("X = 1", HERE + "/made.py", "exec"))
"""


def by_command_line(directory, files):
    """(totals, what it warns of) of coverage.py's own JSON report of these data files."""
    coverage_py = [sys.executable, "-m", "coverage"]
    data = f"--data-file={directory.parent / 'combined'}"
    subprocess.run(
        [*coverage_py, "combine", "--keep", "-q", data, *files], cwd=directory, check=True
    )
    done = subprocess.run(
        [*coverage_py, "json", "-q", data, "-o", directory.parent / "report.json"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads((directory.parent / "report.json").read_text())["totals"], done.stderr


def test_a_file_that_coverage_leaves_out_is_named_and_the_total_is_coverages_own(cycle, project):
    """`ignore_errors` asks for it: one that nobody imports and does not parse, and one that has run without a file."""
    files = {"broken.py": "def broken(:\n", "lib.py": LIB + MADE}
    answer = cycle("[report]\nignore_errors = True\n", "/b", files=files)
    data = cycle.server.generations()[cycle.generation - 1].dir.glob(".coverage.*")
    theirs, told = by_command_line(project.dir, list(data))
    assert "/broken.py'" in told and "/made.py'" in told
    for plain in (True, False):  # coverage.py's own report; what is known from the first one
        (said,) = [text for text in answer["warnings"] if "parse" in text]
        assert re.match(r"coverage\.py says: Couldn't parse .*/(broken|made)\.py'", said)
        assert said.endswith(
            "(and 1 more); they are left out of the report, as ignore_errors asks for"
        )
        assert answer["reasons"] == []
        assert answer["report"]["totals"].items() <= theirs.items()
        answer = cycle.client.ask("collect", generation=cycle.generation, plain=plain)
    project.write({"broken.py": "X = 1\n"})
    answer = cycle.client.ask("collect", generation=cycle.generation)
    (said,) = [text for text in answer["warnings"] if "parse" in text]
    assert "/made.py'" in said and "; it is left out" in said
    assert "/broken.py" in str(answer["report"]["files"])


def test_a_file_that_coverage_is_not_to_warn_of_is_left_out_in_silence(cycle):
    rc = "disable_warnings = couldnt-parse\n[report]\nignore_errors = True\n"
    answer = cycle(rc, "/b", files={"broken.py": "def broken(:\n"})
    assert answer["warnings"] == answer["reasons"] == []
    assert "/lib.py" in str(answer["report"]["files"])


def test_where_all_files_are_left_out_there_is_no_total(cycle):
    """coverage.py's own table refuses that as well; its JSON report says 100 % of nothing."""
    rc = "[report]\nignore_errors = True\ninclude = broken.py\n"
    with pytest.raises(Refused):
        cycle(rc, "/b", files={"broken.py": "def broken(:\n"})
    for plain in (False, True):
        error = cycle.client.refused("collect", generation=cycle.generation, plain=plain)
        assert error["kind"] == "coverage-error"
        assert "no file to report" in error["message"] and "/broken.py'" in error["message"]
