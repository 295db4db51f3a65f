"""gunicov checks itself: what it has reported, against coverage.py's own JSON of the same data, made in the background."""

import json
import os
import textwrap
import time

import pytest
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.check import Check
from gunicov_helper.report.collected import Collected
from gunicov_helper.report.results import settings_of
from test_helper_collect import CONFIGS, Measured, run
from test_helper_server import APP, LIB, RC, TIME, cycle

# In the helper alone: coverage.py's JSON misses a line that has run.
OTHER_JSON = """
    import sys
    if sys.argv == ["-c"]:
        from coverage.jsonreport import JsonReporter
        real = JsonReporter.report_one_file
        def report_one_file(self, data, analysis, *rest):
            row = real(self, data, analysis, *rest)
            if "lib.py" in analysis.filename:
                row["missing_lines"] = row["missing_lines"] + row["executed_lines"][:1]
                row["summary"]["missing_lines"] += 1
            return row
        JsonReporter.report_one_file = report_one_file
    """


@pytest.fixture
def measured_by(found_server, tmp_path):
    """A function (text of the helper's sitecustomize) → (server, helper that has found it)."""

    def start(text="", rc=RC, files=None):
        place = tmp_path / "site"
        place.mkdir()
        (place / "sitecustomize.py").write_text(textwrap.dedent(text))
        whole = {"app.py": APP, "lib.py": LIB, ".coveragerc": rc, **(files or {})}
        return found_server(whole, helper={"PYTHONPATH": str(place)})

    return start


def export(client):
    number = client.send("export", map=[])
    answer = client.wait(number)
    assert "ok" in answer, answer
    return answer["ok"], json.loads(client.files(number)["coverage.json"])


SETTINGS = {
    "branches": RC,
    "relative": RC + "relative_files = True\n",
    "paths": RC + "[paths]\nall =\n    .\n    /elsewhere\n",
    "excluded": RC
    + "[report]\nexclude_lines =\n    elif\npartial_branches =\n    if\nprecision = 3\n",
    "contexts": RC + "dynamic_context = test_function\n",
    "omitted": RC + "[report]\nomit = lib.py\nskip_empty = True\nskip_covered = True\n",
    "errors": RC + "[report]\nignore_errors = True\n",
}


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_file_is_compared_and_nothing_differs(measured_by, project, settings):
    files = {"empty.py": "", "latin.py": "# coding: latin-1\nX = 'e'\n", "unused.py": "X = 1\n"}
    if settings == "errors":
        files["broken.py"] = "def (\n"
    server, client = measured_by("", SETTINGS[settings], files)
    _, collected = cycle(client, server, "/a", "/b")
    told, report = export(client)
    rows = collected["report"]["files"]
    assert told["differences"] == []
    assert told["compared"] == len(rows) == len(report["files"]) > 2


def test_a_difference_is_reported_and_coverage_pys_own_rows_are_there_to_be_had(
    measured_by, project
):
    server, client = measured_by(OTHER_JSON)
    flushed, collected = cycle(client, server, "/a")
    lib = str(project.dir / "lib.py")
    told, report = export(client)
    ours = next(row for row in collected["report"]["files"] if row["path"] == lib)
    theirs = report["files"]["lib.py"]
    assert ours["missing_lines"] != theirs["missing_lines"]
    assert told["compared"] == 2
    assert [(one["path"], one["what"]) for one in told["differences"]] == [
        (lib, "missing_lines"),
        (lib, "missing"),
        (lib, "summary.missing_lines"),
    ]
    first = told["differences"][0]
    assert first["ours"] == repr(ours["missing_lines"])
    assert first["theirs"] == repr(sorted(theirs["missing_lines"]))

    # The data is still there, and only what differs is sent.
    number = collected["report"]["number"]
    fields = {"generation": flushed["generation"], "since": number, "plain": True}
    again = client.ask("collect", **fields)
    assert again["superseded"] == []
    rows = again["report"]["files"]
    assert [row if isinstance(row, str) else row["path"] for row in rows] == [
        str(project.dir / "app.py"),
        lib,
    ]
    assert rows[0] == str(project.dir / "app.py")
    assert rows[1]["missing_lines"] == theirs["missing_lines"]
    assert rows[1]["summary"]["missing_lines"] == theirs["summary"]["missing_lines"]
    assert export(client)[0]["differences"] == []


def test_plain_rows_know_what_was_edited_since(measured_by, project):
    server, client = measured_by()
    client.ask("restart", timeout=TIME)
    server.get("/a")
    project.write({"lib.py": LIB + "\nY = 2\n"})
    flushed = client.ask("flush", timeout=TIME)
    collected = client.ask("collect", generation=flushed["generation"], plain=True)
    assert collected["superseded"] == [str(project.dir / "lib.py")]


def test_plain_rows_are_given_up_at_once_when_they_are_cancelled(measured_by, project):
    many = {f"m{i}.py": "def f(x):\n" + "    x = x and x + 1\n" * 2000 for i in range(8)}
    server, client = measured_by("", RC, many)
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    number = client.send("collect", generation=flushed["generation"], plain=True)
    client.ask("cancel", target=number)
    assert client.wait(number)["error"]["kind"] == "cancelled"
    assert not [name for name in os.listdir(server.dir) if name.startswith("report-")]
    assert len(client.ask("collect", generation=flushed["generation"])["report"]["files"]) == 10


def test_what_was_edited_or_set_otherwise_since_is_no_difference(measured_by, project):
    server, client = measured_by()
    cycle(client, server, "/a")
    project.write({"lib.py": "X = 1\n" + LIB})
    told, _ = export(client)
    assert (told["differences"], told["compared"]) == ([], 1)
    project.write({"lib.py": LIB, ".coveragerc": RC + "[report]\nexclude_lines =\n    elif\n"})
    told, _ = export(client)
    assert (told["differences"], told["compared"]) == ([], 0)
    project.write({".coveragerc": RC})
    told, _ = export(client)
    assert (told["differences"], told["compared"]) == ([], 2)


def test_a_file_that_is_mended_after_the_report_is_no_difference(measured_by, project):
    rc = RC + "[report]\nignore_errors = True\n"
    server, client = measured_by("", rc, {"broken.py": "def (\n"})
    _, collected = cycle(client, server, "/a")
    assert len(collected["report"]["files"]) == 2
    project.write({"broken.py": "X = 1\n"})
    told, report = export(client)
    assert len(report["files"]) == 3
    assert (told["differences"], told["compared"]) == ([], 2)


def test_the_check_leaves_the_data_files_as_they_are(measured_by):
    server, client = measured_by()
    flushed, _ = cycle(client, server, "/a")
    generation = server.dir / f"gen-{flushed['generation']:06d}"
    before = {path: path.read_bytes() for path in generation.glob(".coverage.*")}
    assert len(before) == 2
    export(client)
    assert {path: path.read_bytes() for path in generation.glob(".coverage.*")} == before


def changes(report):
    """(name, how) for each kind of number that a report holds."""

    def in_row(key, value):
        return lambda: report["files"][0].update({key: value})

    yield "missing_lines", in_row("missing_lines", [99])
    yield "excluded_lines", in_row("excluded_lines", [99])
    yield "executed_lines", in_row("executed_lines", [99])
    yield "missing_branches", in_row("missing_branches", [[1, 99]])
    for key in report["totals"]:
        yield f"summary.{key}", lambda key=key: report["files"][0]["summary"].update({key: 99})
        yield key, lambda key=key: report["totals"].update({key: 99})
    yield "file", lambda: report["files"].pop(0)


def test_every_kind_of_number_is_compared(tmp_path, monkeypatch):
    project = Measured(tmp_path.resolve(), "branch")
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    report = project.quickly(analyser)
    text = json.dumps(report)
    kinds = [name for name, _ in changes(report)]
    assert len(kinds) == 4 + 2 * len(report["totals"]) + 1
    for number, kind in enumerate(kinds):
        for mine, other in ((0, 1), (1, 0)):
            both = [json.loads(text), json.loads(text)]
            list(changes(both[mine]))[number][1]()
            rows = {row["path"]: row for row in both[0]["files"]}
            hashes = {path: analyser.results.hashes[path] for path in rows}
            check = Check(rows, both[0]["totals"], hashes, time.time() + 60)
            assert [one["what"] for one in check.against(both[1])[1]] == [kind], (mine, other)


@pytest.mark.parametrize("config", CONFIGS)
def test_settings_and_rows_are_the_same_in_the_check(tmp_path, monkeypatch, config):
    """Where they were not, nothing would ever be compared, without a word."""
    project = Measured(tmp_path.resolve(), config)
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    collected = Collected(project.files(), None)
    collected.settings = settings_of(analyser.make(None))
    report = project.quickly(analyser) or project.by_helper(analyser)[0]
    collected.rows = {row["path"]: row for row in report["files"]}
    collected.totals, collected.hashes = report["totals"], analyser.results.hashes
    plain = analyser.reload(analyser.combine(project.files(), None).get_data().dumps(), None)
    theirs = analyser.plain_report(plain)
    assert collected.check(theirs, settings_of(plain)) == (len(report["files"]), [])
    assert run(analyser.report(analyser.combine(project.files(), None))) == report
