"""Rows are coverage.py's to the last number: of `with` blocks, of real sources with made-up data, whatever fails within."""

import os
import random
import sys
import textwrap
from pathlib import Path

import coverage
import pytest
from conftest import ROOT
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.results import settings_of
from test_helper_collect import CONFIGS as SETTINGS
from test_helper_collect import Measured, assert_equal, run, run_coverage

sys.path.insert(0, str(ROOT / "bench" / "lib"))
from rows import compare, sources, trial

# Each calls what it defines: `with` blocks whose end is a jump, and what lies around and within them.
WITH = {
    "for": """
        def main():
            with open(os.devnull) as f:
                for i in [1]:
                    f.read()
            return 1
        main()
        """,
    "if": """
        def main(a):
            with open(os.devnull) as f:
                if a:
                    f.read()
            return 1
        main(1)
        main(0)
        """,
    "if once": """
        def main(a):
            with open(os.devnull) as f:
                if a:
                    f.read()
        main(1)
        """,
    "while": """
        def main(a):
            with open(os.devnull):
                while a:
                    a -= 1
            return a
        main(2)
        """,
    "nested": """
        def main(a):
            with open(os.devnull) as f:
                with open(os.devnull) as g:
                    if a:
                        f.read()
                    else:
                        g.read()
                for x in a:
                    with open(os.devnull): x
            return 1
        main([1, 2])
        main([])
        """,
    "several lines": """
        def main(a):
            with open(
                os.devnull
            ) as f, open(
                os.devnull
            ) as g:
                for x in a: f.read(
                    x
                )
        main([1])
        """,
    "return and raise": """
        def main(a):
            for x in a:
                with open(os.devnull) as f:
                    if x == 1:
                        continue
                    if x == 2:
                        break
                    if x == 3:
                        return f.read()
                    if x == 4:
                        raise KeyError
            else:
                return 5
        for values in [1, 2], [3], [9]:
            main(values)
        try:
            main([4])
        except KeyError:
            pass
        """,
    "try": """
        def main(a):
            with contextlib.suppress(KeyError):
                try:
                    if a:
                        raise KeyError
                finally:
                    a += 1
            while True:
                with open(os.devnull):
                    if a:
                        break
            return a
        main(1)
        """,
    "async": """
        async def main(a):
            async with asyncio.Lock():
                for x in a:
                    await asyncio.sleep(0)
            async with asyncio.Lock() as f:
                if a:
                    return 1
        asyncio.run(main([1]))
        asyncio.run(main([]))
        """,
    "module": """
        with open(os.devnull) as f:
            for line in f:
                print(line)
        with open(os.devnull) as f:
            if f:
                f.read()
        """,
}


@pytest.mark.parametrize("branch", [True, False], ids=["branches", "lines"])
def test_with_blocks_are_as_coverage_py_tells_them(tmp_path, monkeypatch, branch):
    where = Path(os.path.realpath(tmp_path))
    for name, text in WITH.items():
        body = "import asyncio, contextlib, os\n" + textwrap.dedent(text)
        (where / f"case_{name.replace(' ', '_')}.py").write_text(body)
    (where / "main.py").write_text(
        "import glob\nfor name in sorted(glob.glob('case_*.py')): __import__(name[:-3])\n"
    )
    (where / ".coveragerc").write_text(f"[run]\nbranch = {branch}\nsource = .\n")
    monkeypatch.chdir(where)
    data = str(where / ".coverage.h.1")
    run_coverage(where, "run", f"--data-file={data}", "main.py")
    theirs = compare.by_command_line(str(where), [data])
    analyser = Analyser()
    combined = run(analyser.report(analyser.combine([data], None)))
    quick = run(Analyser().quick_report(Analyser().make(None), [data]))
    assert len(combined["files"]) == len(WITH) + 1
    assert compare.differences(combined, theirs, str(where)) == []
    assert compare.differences(quick, theirs, str(where)) == []


def test_the_with_block_of_a_for_loop_has_no_partial_branch(tmp_path, monkeypatch):
    """The program of the first report of it: 100 % for coverage.py 7.6.12 and newer."""
    where = Path(os.path.realpath(tmp_path))
    text = textwrap.dedent(WITH["for"])
    (where / "one.py").write_text(f"import os\n{text}")
    monkeypatch.chdir(where)
    data = str(where / ".coverage.h.1")
    run_coverage(where, "run", "--branch", f"--data-file={data}", "one.py")
    report = run(Analyser().quick_report(Analyser().make(None), [data]))
    theirs = compare.by_command_line(str(where), [data])
    assert report["totals"]["percent_covered"] == theirs["totals"]["percent_covered"]
    if coverage.version_info >= (7, 6, 12):
        assert report["totals"]["percent_covered"] == 100
        assert report["totals"]["num_partial_branches"] == 0


@pytest.mark.parametrize("config", trial.CONFIGS)
def test_a_sample_of_real_sources_has_coverage_pys_rows(tmp_path, config):
    """`bench/rows` tries all of them, on every Python and coverage.py at hand."""
    files = sources.standard_library()
    files += [path for paths in sources.packages().values() for path in paths]
    small = [path for path in files if os.path.getsize(path) < 40_000]
    chosen = sorted(random.Random(f"rows {config}").sample(small, 15))
    assert trial.try_all(chosen, config, 1, os.path.realpath(tmp_path)) == []


def test_settings_are_told_as_the_same_where_they_are(tmp_path, monkeypatch):
    """Else nothing would ever be known from the report before."""
    monkeypatch.chdir(tmp_path)
    told = set()
    for text in SETTINGS.values():
        (tmp_path / ".coveragerc").write_text(text.format(here="/a", elsewhere="/b"))
        told.add(settings_of(Analyser().make(None)))
        assert settings_of(Analyser().make(None)) in told
    assert len(told) == len(SETTINGS)


@pytest.mark.parametrize("ignoring", [True, False], ids=["ignore_errors", "strict"])
def test_where_the_internals_fail_coverages_own_report_is_taken(tmp_path, monkeypatch, ignoring):
    """With ignore_errors coverage.py passes over any error of a file, ours as well: the file would be missing."""
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    if ignoring:
        with open(project.dir / ".coveragerc", "a") as file:
            file.write("[report]\nignore_errors = True\n")
    monkeypatch.chdir(project.dir)
    expected = project.by_command_line()
    for way in (project.quickly, lambda it: project.by_helper(it)[0]):
        analyser = Analyser()

        def broken(*_):
            raise AttributeError("this version has it no more")

        monkeypatch.setattr(analyser.results, "get", broken)
        report = way(analyser)
        assert analyser.internals is None
        # What is not combined can't be told publicly: the helper then combines it.
        assert_equal(report or project.by_helper(analyser)[0], expected, project.dir)


def test_a_source_that_changes_while_it_is_analysed_is_not_kept(tmp_path, monkeypatch):
    project = Measured(Path(os.path.realpath(tmp_path)), "branch")
    monkeypatch.chdir(project.dir)
    analyser = Analyser()
    path = project.dir / "pkg" / "unused_mode.py"
    get = analyser.results.get

    def racing(name, key, analyse):
        def late():
            result = analyse()
            if name == str(path):
                path.write_text("MODE = 2\nMORE = 3\n")
            return result

        return get(name, key, late)

    monkeypatch.setattr(analyser.results, "get", racing)
    project.quickly(analyser)
    assert analyser.results.hashes[str(path)] == "", "no hash that a worker has imported"
    monkeypatch.setattr(analyser.results, "get", get)
    assert_equal(project.quickly(analyser), project.by_command_line(), project.dir)
