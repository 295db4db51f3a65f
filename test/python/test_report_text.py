"""What the table says of a file is to the letter what `coverage report -m` prints, and passes where coverage.py passes it."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.summary import missing_text
from gunicov_helper.report.table_options import below, view_of
from test_helper_collect import run, run_coverage

STDLIB = Path(sysconfig.get_path("stdlib"))
# What parses a text, so that a run of each goes down some ways and not down others.
MODULES = """
    argparse ast base64 bdb bisect calendar cmd code codeop colorsys configparser contextlib copy csv dataclasses
    datetime decimal difflib dis doctest enum filecmp fileinput fnmatch fractions ftplib functools getopt gettext glob
    graphlib gzip heapq hmac html inspect ipaddress json/decoder json/encoder json/scanner keyword linecache locale
    lzma mailbox mimetypes netrc numbers opcode operator optparse pathlib pdb pickle pickletools pkgutil platform
    plistlib poplib posixpath pprint profile pstats queue quopri random reprlib rlcompleter sched selectors shelve
    shlex shutil smtplib socketserver statistics stringprep tarfile tempfile textwrap timeit tokenize trace
    traceback types uuid warnings wave weakref zipapp
"""
CALLED = """
    base64 bisect calendar colorsys configparser csv difflib fnmatch fractions functools graphlib heapq ipaddress
    json_decoder json_encoder keyword mimetypes numbers opcode posixpath reprlib shlex statistics textwrap tokenize
    types uuid weakref
"""
HAND = '''\
import sys


def joined(n):
    if n:
        # a comment
        a = 1

        b = 2  # a blank line and a comment lie between
        """text"""

        def inner():
            return a


    for i in range(n):
        if i == 1: continue
        while i:
            i -= 1
            if i == 7:
                break
        else:
            b = 3
    if n > 9:
        print("excluded")  # pragma: no cover
        print("missed")
    with open("/dev/null") as file:
        if n:
            file.read()
    return [x for x in range(n) if x]


def never(x):
    try:
        return (
            x
            + 1
        )
    except ValueError: raise
    finally:
        x = 2


class A:
    def f(self): return 1
    x = lambda self: 3


joined(0)
if len(sys.argv) > 5:
    joined(1)
'''
ROW = re.compile(r"(\S+) +(\d+) +(\d+) +(?:(\d+) +(\d+) +)?(\S+)% *(.*)")


def some(directory):
    """Copies of 60 modules and more in `directory`; a program that runs a random part of each third one."""
    (directory / "pkg").mkdir(parents=True)
    (directory / "pkg" / "__init__.py").write_text("")
    found = []
    paths = {name: STDLIB / f"{name}.py" for name in MODULES.split()}
    there = [name for name, path in paths.items() if path.is_file()]
    for name in sorted(there, key=lambda name: paths[name].stat().st_size)[
        :62
    ]:  # the rest takes long
        found.append(name.replace("/", "_") + "_")
        shutil.copy(paths[name], directory / "pkg" / f"{found[-1]}.py")
    assert len(found) >= 60
    (directory / "hand.py").write_text(HAND)
    (directory / "main.py").write_text(
        "import contextlib, importlib, io, sys\nimport hand\nsys.path.insert(0, 'pkg')\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        module = importlib.import_module(name)\n    except Exception:\n        continue\n"
        f"    if name not in {[f'{each}_' for each in CALLED.split()]!r}:\n        continue\n"
        "    for value in list(vars(module).values()):\n"
        "        if getattr(value, '__module__', '') == name:\n"
        "            for args in ((), ('a b',), (b'x',), (3,), ([1, 'x'],), ('a', 'b'), (1, 2)):\n"
        "                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        "                    try:\n                        value(*args)\n"
        "                    except (Exception, SystemExit):\n                        pass\n"
    )
    return [name for index, name in enumerate(found) if index % 4]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """{whether branches were measured: (directory, data file)}"""
    found = {}
    for branch in (True, False):
        directory = Path(os.path.realpath(tmp_path_factory.mktemp("text"))) / "project"
        names = some(directory)
        (directory / ".coveragerc").write_text(f"[run]\nbranch = {branch}\nsource = .\n")
        run_coverage(directory, "run", "--data-file=../data", "main.py", *names)
        found[branch] = directory, str(directory.parent / "data")
    return found


def printed(directory, data, *args):
    """[[name, cover, missing]] of coverage.py's own table, and the total that it prints."""
    text = run_coverage(directory, "report", "-m", f"--data-file={data}", *args)
    rows = [ROW.fullmatch(line.rstrip()) for line in text.splitlines()]
    rows = [[row.group(1), row.group(6), row.group(7)] for row in rows if row]
    assert rows[-1][0] == "TOTAL"
    return rows[:-1], rows[-1][1]


@pytest.mark.parametrize("private", [True, False], ids=["cached", "public"])
@pytest.mark.parametrize("precision", [0, 3])
@pytest.mark.parametrize("branch", [True, False], ids=["branches", "lines"])
def test_missing_and_percentages_of_60_files_are_coverages_own_text(
    measured, monkeypatch, branch, precision, private
):
    directory, data = measured[branch]
    monkeypatch.chdir(directory)
    text = f"[run]\nbranch = {branch}\nsource = .\n[report]\nprecision = {precision}\n"
    Path(".coveragerc").write_text(text)
    expected, total = printed(directory, data)
    analyser = Analyser(private=private)
    report = run(analyser.report(analyser.combine([data], ".coveragerc")))
    ours = {
        os.path.relpath(row["path"], directory): [
            row["summary"]["percent_covered_display"],
            row["missing"],
        ]
        for row in report["files"]
    }
    assert ours == {name: [cover, missing] for name, cover, missing in expected}
    assert report["totals"]["percent_covered_display"] == total
    text = "\n".join(missing for _, _, missing in expected)
    assert len(expected) > 60 and len(text) > 3000
    if branch:
        assert "->exit" in text and re.search(r"\d->\d", text)


def test_the_text_made_of_the_json_report_is_that_of_the_analysis(measured, tmp_path):
    for directory, data in measured.values():
        run_coverage(directory, "json", "-q", f"--data-file={data}", "-o", str(tmp_path / "json"))
        rows = json.loads((tmp_path / "json").read_text())["files"]
        assert {name: missing_text(row) for name, row in rows.items()} == {
            name: missing for name, _, missing in printed(directory, data)[0]
        }


def config(**more):
    settings = {
        "sort": None,
        "skip_covered": False,
        "skip_empty": False,
        "fail_under": 0.0,
        "precision": 0,
    }
    return SimpleNamespace(**{**settings, **more})


def total_of(percent, display):
    return {"percent_covered": percent, "percent_covered_display": display}


CASES = [
    # percent, precision, coverage's limit, below?
    (89.5, 0, 90, False),  # rounded first, as coverage.py does
    (89.4, 0, 90, True),
    (89.96, 1, 90, False),
    (89.94, 1, 90, True),
    (99.9999, 0, 100, True),  # 100 is 100
    (100.0, 0, 100, False),
    (100.0, 0, 101, True),  # out of range: nothing reaches it
    (50.0, 0, 0, False),
]


@pytest.mark.parametrize(("percent", "precision", "limit", "fails"), CASES)
def test_a_limit_holds_by_coverages_own_rule(percent, precision, limit, fails):
    display = f"{percent:.{precision}f}"
    found = below(
        total_of(percent, display), config(fail_under=limit, precision=precision), None, False
    )
    assert (found is not None) is fails
    if found:
        assert found["by"] == "coverage" and found["fail_under"] == limit
        assert float(found["total"]) < limit


def test_of_two_limits_both_hold_and_one_on_the_command_line_stands_alone():
    strict, mild = config(fail_under=90.0), config(fail_under=50.0)
    assert below(total_of(80.0, "80"), strict, 70.0, False)["by"] == "coverage"
    assert below(total_of(80.0, "80"), mild, 85.0, False) == {
        "total": "80",
        "fail_under": 85.0,
        "by": "gunicov",
    }
    assert below(total_of(40.0, "40"), mild, 85.0, False)["fail_under"] == 85.0
    assert below(total_of(80.0, "80"), strict, 70.0, True) is None
    assert below(total_of(80.0, "80"), strict, None, False)["fail_under"] == 90.0


def test_coverages_command_line_fails_where_below_does(tmp_path):
    """The rule of this version, on its own command line: exit code 2."""
    (tmp_path / "hand.py").write_text(HAND)
    run_coverage(tmp_path, "run", "--branch", "hand.py")
    total = float(printed(tmp_path, ".coverage", "--precision=6")[1])
    for precision in (0, 2):
        shown = round(total, precision)
        for limit in (shown, shown + 10**-precision, total + 0.0001, total - 0.0001):
            limit = round(limit, 4)
            rule = (f"--fail-under={limit}", f"--precision={precision}")
            code = exit_code(tmp_path, ".coverage", *rule)
            found = below(
                total_of(total, f"{shown}"),
                config(fail_under=limit, precision=precision),
                None,
                False,
            )
            assert (code == 2) is (found is not None), (total, rule)


def exit_code(directory, data, *args):
    try:
        run_coverage(directory, "report", f"--data-file={data}", *args)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


def test_the_view_is_that_of_the_configuration_and_an_unknown_order_is_said():
    assert view_of(config(), True) == (
        {"sort": "name", "skip_covered": False, "skip_empty": False},
        [],
    )
    view, warnings = view_of(config(sort="-Cover", skip_covered=True), True)
    assert view == {"sort": "-cover", "skip_covered": True, "skip_empty": False} and warnings == []
    assert view_of(config(sort="+branch"), True)[0]["sort"] == "branch"
    for sort, branches in (("branch", False), ("size", True)):
        view, (warning,) = view_of(config(sort=sort), branches)
        assert view["sort"] == "name" and sort in warning
