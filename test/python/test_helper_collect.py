"""Reports: the helper's numbers are those of coverage.py's own command line on the same files."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import coverage
import pytest
from gunicov_common.failure import Failure
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.environment import Environment
from gunicov_helper.report.renaming import Renaming
from gunicov_helper.report.results import Result
from gunicov_helper.report.summary import BRANCH_TOTALS, TOTALS
from helper_client import clean_environment

VERSION = tuple(int(part) for part in coverage.__version__.split(".")[:2])

FILES = {
    "main.py": """\
        import sys
        from pkg import shapes, unused_mode

        def main(argv):
            for word in argv:
                if word == "circle":
                    print(shapes.area(
                        "circle",
                        2,
                    ))
                elif word == "never":
                    print("never")
            if len(argv) > 5: return 1  # one line, two statements
            try:
                shapes.fail(argv)
            except KeyError:
                pass
            finally:
                done = [x for x in argv if x]
            return 0

        if __name__ == "__main__":
            main(sys.argv[1:])
        """,
    "pkg/__init__.py": "",
    "pkg/unused_mode.py": "MODE = 1\n",
    "pkg/never_imported.py": "def f():\n    return 1\n",
    "pkg/omitted.py": "X = 1\n",
    "pkg/shapes.py": '''\
        """Shapes."""
        import functools

        class Shape:
            sides = 4

            @property
            def name(self):
                return "ü"

        @functools.lru_cache(
            maxsize=None,
        )
        def area(kind, size):
            while True:
                if kind == "circle":
                    return 3 * size
                if kind == "skip":  # pragma: no cover
                    return 0
                assert kind, "unreachable"
                match = {"square": size}.get(kind)
                return match

        def fail(argv):
            if "raise" in argv:
                raise KeyError(argv)
            with open("/dev/null") as file:
                return file.read()

        def debug():
            if DEBUG_ONLY:
                print("excluded by the configuration")
        ''',
}
CONFIGS = {
    "branch": "[run]\nbranch = True\nsource = .\n",
    "lines": "[run]\nsource = .\n",
    "omit": "[run]\nbranch = True\nsource = .\n[report]\nomit = */omitted.py\ninclude = pkg/*\n",
    "exclude": "[run]\nbranch = True\nsource = .\n[report]\nexclude_lines =\n    DEBUG_ONLY\n    pragma: no cover\n",
    "relative": "[run]\nbranch = True\nsource = .\nrelative_files = True\n",
    "paths": "[run]\nbranch = True\nsource = .\n[paths]\nall =\n    {here}\n    {elsewhere}\n",
    "precision": "[run]\nbranch = True\nsource = .\n[report]\nprecision = 3\npartial_branches =\n    elif\n",
    "contexts": "[run]\nbranch = True\nsource = .\ndynamic_context = test_function\n",
}


def dedent(text):
    lines = text.splitlines(True)
    return "".join(line[8:] if line.startswith("        ") else line for line in lines)


def run_coverage(cwd, *args):
    return subprocess.run(
        [sys.executable, "-m", "coverage", *args],
        cwd=cwd,
        env=clean_environment(),
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ).stdout.decode()


class Measured:
    """A project whose data files were written by two runs of coverage.py's command line."""

    def __init__(self, base, config):
        self.dir, self.data = base / "project", base / "data"
        elsewhere = base / "elsewhere"
        self.data.mkdir(parents=True)
        for name, text in FILES.items():
            path = self.dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        text = CONFIGS[config].format(here=self.dir, elsewhere=elsewhere)
        (self.dir / ".coveragerc").write_text(text)
        self.run(self.dir, "circle")
        second = self.dir
        if config == "paths":
            second = elsewhere
            shutil.copytree(self.dir, elsewhere)
        self.run(second, "raise", "circle")

    def run(self, cwd, *words):
        name = self.data / f".coverage.h.{len(os.listdir(self.data))}"
        run_coverage(cwd, "run", f"--data-file={name}", "main.py", *words)

    def files(self):
        return sorted(str(path) for path in self.data.iterdir())

    def by_command_line(self):
        """What `coverage combine` and `coverage json` say, parsed."""
        combined = self.data.parent / ".coverage"
        combined.unlink(missing_ok=True)
        where = f"--data-file={combined}"
        run_coverage(self.dir, "combine", "--keep", where, *self.files())
        report = self.data.parent / "coverage.json"
        run_coverage(self.dir, "json", "-q", where, "-o", str(report))
        return json.loads(report.read_text())

    def quickly(self, analyser):
        """The report of data that is not combined, or None where it has to be."""
        return run(analyser.quick_report(analyser.make(None), self.files()))

    def by_helper(self, analyser):
        measured = analyser.combine(self.files(), None)
        return run(analyser.report(measured)), measured


def run(work):
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


ROW = {
    "path",
    "summary",
    "missing",
    "missing_lines",
    "excluded_lines",
    "executed_lines",
    "missing_branches",
}


def assert_equal(report, expected, directory):
    """Every number of ours is in coverage.py's report, and no file or key is missing."""
    assert report["branches"] is expected["meta"]["branch_coverage"]
    names = {*TOTALS, *(BRANCH_TOTALS if report["branches"] else ())}
    assert set(report["totals"]) == names
    assert report["totals"] == {name: expected["totals"][name] for name in names}
    paths = [row["path"] for row in report["files"]]
    assert paths == [os.path.join(directory, path) for path in expected["files"]]
    assert paths, "the report is empty"
    for row, theirs in zip(report["files"], expected["files"].values()):
        assert row["summary"] == {name: theirs["summary"][name] for name in names}
        for key in ("missing_lines", "excluded_lines", "executed_lines"):
            assert row[key] == theirs[key], (row["path"], key)
        assert row["missing_branches"] == theirs.get("missing_branches", []), row["path"]
        assert row.keys() - {"sha256"} == ROW, (
            "a row has what the protocol says, and nothing that nobody reads"
        )


@pytest.fixture(params=[True, False], ids=["cached", "public"])
def analyser(request):
    analyser = Analyser(private=request.param)
    assert bool(analyser.internals) is request.param, "this version lacks a private name"
    return analyser


@pytest.mark.parametrize("config", CONFIGS)
def test_the_report_equals_coverages_own(tmp_path, monkeypatch, config, analyser):
    tmp_path = Path(os.path.realpath(tmp_path))
    project = Measured(tmp_path, config)
    monkeypatch.chdir(project.dir)
    expected = project.by_command_line()
    report, _ = project.by_helper(analyser)
    assert_equal(report, expected, project.dir)
    assert len(project.files()) == 2, "the data files must stay"
    assert sum(row["summary"]["missing_lines"] for row in report["files"]) > 0
    if config not in ("lines", "omit"):
        assert report["totals"]["num_partial_branches"] > 0


@pytest.mark.parametrize("config", CONFIGS)
def test_the_quick_report_equals_coverages_own(tmp_path, monkeypatch, config):
    project = Measured(Path(os.path.realpath(tmp_path)), config)
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    first = project.quickly(analyser)
    if config in ("relative", "paths"):
        assert first is None, "coverage.py translates these paths"
        return
    assert_equal(first, project.by_command_line(), project.dir)
    # Other runs, and every file's data together: not only that of what is new.
    project.run(project.dir, "never")
    again = project.quickly(analyser)
    assert_equal(again, project.by_command_line(), project.dir)
    assert again != first or config == "omit"
    known = {row["path"]: row for row in first["files"]}
    shapes = str(project.dir / "pkg/shapes.py")
    assert all(row is known[row["path"]] for row in again["files"] if row["path"] == shapes)
    # The combined data gives the same, from the same cache.
    assert project.by_helper(analyser)[0] == again
    assert project.quickly(analyser) == again


def test_a_quick_report_knows_edits_settings_and_files_that_come_and_go(tmp_path, monkeypatch):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    project.quickly(analyser)
    path = project.dir / "main.py"
    about = path.stat()
    path.write_text(path.read_text().replace('elif word == "never":', "else:                "))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert_equal(project.quickly(analyser), project.by_command_line(), project.dir)
    rcfile = project.dir / ".coveragerc"
    text = rcfile.read_text()
    for more in ("exclude_lines =\n    def area\n", "omit = */main.py\n", "include = pkg/*\n"):
        rcfile.write_text(f"{text}[report]\n{more}")
        assert_equal(project.quickly(analyser), project.by_command_line(), project.dir)
    # What the settings left out, and is edited meanwhile, comes back as it is now.
    path.write_text(path.read_text() + "LAST = 1\n")
    project.quickly(analyser)
    rcfile.write_text(text)
    assert_equal(project.quickly(analyser), project.by_command_line(), project.dir)
    # Compiled templates are measured under their own names, and not reported.
    (project.dir / "page.html").write_text("<p>{{ name }}</p>\n")
    page = coverage.CoverageData(str(project.data / ".coverage.page"))
    page.add_arcs({str(project.dir / "page.html"): [(-1, 1)]})
    page.write()
    for _ in range(2):
        assert_equal(project.quickly(analyser), project.by_command_line(), project.dir)
    # Data in which a file is no more, and is again.
    shapes, files = str(project.dir / "pkg/shapes.py"), project.files()
    few = coverage.CoverageData(str(project.data / ".coverage.few"))
    few.add_arcs({str(path): [(-1, 1), (1, 2)]})
    few.write()
    for name in files:
        os.rename(name, project.dir / os.path.basename(name))
    report = project.quickly(analyser)
    assert [row["path"] for row in report["files"]] == [str(path)]
    assert_equal(report, project.by_command_line(), project.dir)
    for name in files:
        os.rename(project.dir / os.path.basename(name), name)
    report = project.quickly(analyser)
    assert shapes in [row["path"] for row in report["files"]]
    assert_equal(report, project.by_command_line(), project.dir)
    # Nothing is left: coverage.py's own way has the error.
    rcfile.write_text(f"{text}[report]\ninclude = nowhere/*\n")
    assert project.quickly(analyser) is None


def test_what_a_quick_report_cannot_trust_is_combined(tmp_path, monkeypatch):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    assert project.quickly(analyser) is not None
    # By another name: coverage.py looks for its data under the real one.
    os.rename(project.dir / "main.py", project.dir / "real.py")
    os.symlink("real.py", project.dir / "main.py")
    assert project.quickly(analyser) is None
    os.rename(project.dir / "real.py", project.dir / "main.py")
    assert project.quickly(analyser) is not None
    # A file of a plugin's.
    data = coverage.CoverageData(str(project.data / ".coverage.plugin"))
    data.add_arcs({str(project.dir / "page.html"): [(-1, 1)]})
    data.add_file_tracers({str(project.dir / "page.html"): "some.plugin"})
    data.write()
    assert project.quickly(analyser) is None
    os.unlink(project.data / ".coverage.plugin")
    # Lines beside branches.
    data = coverage.CoverageData(str(project.data / ".coverage.lines"))
    data.add_lines({str(project.dir / "main.py"): [1]})
    data.write()
    assert project.quickly(analyser) is None
    os.unlink(project.data / ".coverage.lines")
    # Another schema, damage, and a file that is gone.
    path = project.files()[1]
    body = Path(path).read_bytes()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE coverage_schema SET version = 8")
    database.close()
    assert project.quickly(analyser) is None
    Path(path).write_bytes(body[:6000])
    assert project.quickly(analyser) is None
    assert run(analyser.quick_report(analyser.make(None), [*project.files(), path + "x"])) is None


def test_edits_are_analysed_and_everything_else_comes_from_the_cache(tmp_path, monkeypatch):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    analysed = []
    original = Result.__init__

    def noting(self, analysis, path, branches):
        analysed.append(os.path.basename(path))
        original(self, analysis, path, branches)

    monkeypatch.setattr(Result, "__init__", noting)
    first, _ = project.by_helper(analyser)
    assert sorted(analysed) == sorted(os.path.basename(row["path"]) for row in first["files"])
    analysed.clear()
    assert project.by_helper(analyser)[0] == first and analysed == []
    # More data: only of the file in which something else has run.
    project.run(project.dir, "never")
    assert_equal(project.by_helper(analyser)[0], project.by_command_line(), project.dir)
    assert analysed == ["main.py"]
    analysed.clear()
    # The data before is still known, and so is what has run in others than all tests.
    last = project.files()[-1]
    os.rename(last, tmp_path / "aside")
    assert project.by_helper(analyser)[0] == first and analysed == []
    os.rename(tmp_path / "aside", last)
    project.by_helper(analyser)
    assert analysed == []
    # Another source of the same length and the same second: analysed again.
    path = project.dir / "main.py"
    about = path.stat()
    text = path.read_text().replace('elif word == "never":', "else:                ")
    path.write_text(text)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    report, _ = project.by_helper(analyser)
    assert analysed == ["main.py"]
    assert_equal(report, project.by_command_line(), project.dir)
    # Another configuration: what is excluded depends on it.
    rcfile = project.dir / ".coveragerc"
    rcfile.write_text(rcfile.read_text() + "[report]\nexclude_lines =\n    def area\n")
    assert_equal(project.by_helper(analyser)[0], project.by_command_line(), project.dir)


def test_a_file_that_is_gone_or_does_not_parse_is_coverages_own_error(
    tmp_path, monkeypatch, analyser
):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    project.by_helper(analyser)
    (project.dir / "pkg/shapes.py").write_text("def broken(:\n")
    with pytest.raises(Failure, match=r"shapes\.py") as caught:
        project.by_helper(analyser)
    assert caught.value.kind == "coverage-error"
    (project.dir / "pkg/shapes.py").unlink()
    with pytest.raises(Failure, match=r"shapes\.py") as caught:
        project.by_helper(analyser)
    assert caught.value.kind == "coverage-error"
    (project.dir / ".coveragerc").write_text(
        "[run]\nbranch = True\nsource = .\n[report]\nignore_errors = True\n"
    )
    assert_equal(project.by_helper(analyser)[0], project.by_command_line(), project.dir)


@pytest.mark.parametrize("harm", ["garbage", "truncated", "empty"])
def test_a_damaged_data_file_is_an_error_and_not_a_smaller_number(
    tmp_path, monkeypatch, harm, analyser
):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    path = Path(project.files()[1])
    body = {"garbage": b"x" * 5000, "truncated": path.read_bytes()[:6000], "empty": b""}[harm]
    path.write_bytes(body)
    with pytest.raises(Failure) as caught:
        project.by_helper(analyser)
    assert caught.value.kind == "coverage-error", caught.value.message
    if harm != "truncated":  # told before coverage.py sees it: some versions take an empty one
        assert caught.value.message == f"damaged data files: {path}"


def contents(data):
    """{path: (tracer, arcs or lines by context)} of a CoverageData."""
    found = {}
    for path in data.measured_files():
        by_context = {}
        for context in sorted(data.measured_contexts()):
            data.set_query_context(context)
            by_context[context] = (sorted(data.lines(path) or []), sorted(data.arcs(path) or []))
        data.set_query_contexts(None)
        found[path] = by_context
    return found


@pytest.mark.parametrize("config", ["branch", "lines", "relative", "contexts"])
def test_the_mapped_data_file_keeps_everything_but_the_paths(tmp_path, monkeypatch, config):
    project = Measured(Path(os.path.realpath(tmp_path)), config)
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    _, measured = project.by_helper(analyser)
    again = analyser.reload(measured.get_data().dumps(), None)
    target = tmp_path / "mapped.data"
    rename = Renaming([{"inside": str(project.dir), "outside": "/host/code"}])
    analyser.save(again, str(target), rename)
    project.by_command_line()
    theirs = coverage.CoverageData(str(tmp_path / ".coverage"))
    theirs.read()
    ours = coverage.CoverageData(str(target))
    ours.read()
    assert ours.has_arcs() == theirs.has_arcs() == (config != "lines")
    expected = {rename(path): value for path, value in contents(theirs).items()}
    assert all(path.startswith("/host/code/") for path in expected)
    assert contents(ours) == expected


def test_combining_on_disk_gives_the_same(tmp_path, monkeypatch):
    """The way that coverage 7.10 to 7.15 need, tried on every version."""
    project = Measured(Path(os.path.realpath(tmp_path)), "paths")
    monkeypatch.chdir(project.dir)
    expected = project.by_command_line()
    analyser = Analyser()
    analyser.in_memory = False
    assert_equal(project.by_helper(analyser)[0], expected, project.dir)
    assert len(project.files()) == 2, "nothing is left beside the data files"


def test_the_longest_prefix_counts_and_names_are_whole():
    rename = Renaming(
        [
            {"inside": "/app", "outside": "/home/me/app/"},
            {"inside": "/app/src/", "outside": "/home/me/src"},
            {"inside": "/app/link", "outside": "C:/x"},
        ]
    )
    assert rename("/app/a.py") == "/home/me/app/a.py"
    assert rename("/app/src/a.py") == "/home/me/src/a.py"
    assert rename("/app/src") == "/home/me/src"
    assert rename("/app/src2/a.py") == "/home/me/app/src2/a.py"
    assert rename("/application/a.py") == "/application/a.py"
    assert rename("/app/link/b.py") == "C:/x/b.py"
    assert Renaming([{"inside": "/", "outside": "/root"}])("/a.py") == "/root/a.py"


def test_the_environment_is_the_masters_only_while_entered(monkeypatch):
    monkeypatch.setenv("MINE", "1")
    with Environment({"THEIRS": "2"}):
        assert dict(os.environ) == {"THEIRS": "2"}
    assert os.environ["MINE"] == "1" and "THEIRS" not in os.environ


def test_no_coverage_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "coverage", None)
    with pytest.raises(Failure) as caught:
        Analyser()
    assert caught.value.kind == "no-coverage" and sys.executable in caught.value.message


@pytest.mark.skipif(VERSION < (6, 5), reason="not supported")
def test_this_version_is_supported():
    assert Analyser().internals is not None
