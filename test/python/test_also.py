"""`combine`: other measurements together with the server's. The oracle is `coverage combine` and `coverage json`."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zlib

import pytest
from gunicov_helper.report.no_code import of_another_version
from helper_client import clean_environment
from test_chdir import APP, USED
from test_helper_collect import run_coverage

TIME = 30
MORE = """\
def only_unit(x):
    if x:
        return 1
    return 2
"""
FILES = {
    "src/app.py": APP,
    "src/pkg/__init__.py": "",
    "src/pkg/used.py": USED,
    "src/pkg/more.py": MORE,
    "unit.py": "import sys; sys.path.insert(0, 'src')\n"
    "from pkg.used import choose\nfrom pkg.more import only_unit\n"
    "assert choose('/b') == 'other' and only_unit(0) == 2\n",
}
RC = "[run]\nbranch = True\nsource = src\n"
SETUPS = {
    "branches": RC,
    "lines": "[run]\nsource = src\n",
    "relative": RC + "relative_files = True\n",
    "paths": RC + "[paths]\nsrc =\n    src\n    */elsewhere\n",
    "precision, omit": RC + "omit = src/pkg/__init__.py\n[report]\nprecision = 2\n",
}


def unit(root, data="unit.data", rc=()):
    """Run the unit tests, as their owner does."""
    command = [sys.executable, "-m", "coverage", "run", *rc, f"--data-file={data}", "unit.py"]
    subprocess.run(command, cwd=root, env=clean_environment(), check=True)
    return root / data


def asked(*paths, name="unit", sources=None):
    def one(path):
        data = base64.b64encode(zlib.compress(path.read_bytes())).decode()
        return {"path": path.name, "data": data, "mtime": path.stat().st_mtime}

    return [{"name": name, "files": [one(path) for path in paths], "sources": sources}]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def collected(server, client):
    client.ask("restart", timeout=TIME)
    assert server.get("/a") == (200, "a")
    generation = client.ask("flush", timeout=TIME)["generation"]
    client.ask("collect", generation=generation)
    return generation


def own(root, place, *files):
    """coverage.py's own JSON report of these data files together."""
    data = f"--data-file={place / 'own.data'}"
    run_coverage(root, "combine", "--keep", data, *map(str, files))
    run_coverage(root, "json", "-q", data, "-o", str(place / "own.json"))
    report = json.loads((place / "own.json").read_text())
    shutil.rmtree(place)
    return report


def rows(report, root):
    return {
        os.path.join(root, path): (row["summary"]["percent_covered_display"], row["missing_lines"])
        for path, row in report["files"].items()
    }


def ours(report):
    return {
        row["path"]: (row["summary"]["percent_covered_display"], row["missing_lines"])
        for row in report["files"]
    }


@pytest.mark.parametrize("name", SETUPS)
def test_all_is_what_coverage_combine_says(name, found_server, project, tmp_path):
    root = project.dir
    server, client = found_server(
        {**FILES, ".coveragerc": SETUPS[name]}, args=["-w", "2", "--pythonpath", "src"]
    )
    data = unit(root)
    generation = collected(server, client)
    record = list(server.dir.glob(f"gen-{generation:06}/.coverage.*"))
    assert len(record) > 0
    same = [{"inside": "/", "outside": "/"}]
    answer = client.ask("combine", also=asked(data), map=same, root=str(root))
    (other,) = answer["others"]
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    alone, everything = own(root, tmp_path / "a", data), own(root, tmp_path / "b", data, *record)
    assert ours(other["report"]) == rows(alone, root)
    assert ours(answer["all"]) == rows(everything, root)
    total = everything["totals"]
    assert answer["all"]["totals"] == {key: total[key] for key in answer["all"]["totals"]}
    assert total["covered_lines"] > alone["totals"]["covered_lines"]
    assert (other["stale"], other["gone"]) == ([], [])


def refusal(client, root, also, pairs=None):
    same = pairs or [{"inside": "/", "outside": "/"}]
    answer = client.ask("combine", also=also, map=same, root=str(root))
    assert answer["others"] == []
    (refused,) = answer["refused"]
    assert refused["name"] == "unit"
    return refused["why"]


def test_what_is_stale_or_not_there_is_told(found_server, project):
    root = project.dir
    files = {**FILES, ".coveragerc": "[run]\nbranch = True\nomit = conf*\n"}
    server, client = found_server(files, args=["-w", "2", "--pythonpath", "src"])
    data = unit(root)
    collected(server, client)
    (root / "unit.py").unlink()
    used = root / "src/pkg/used.py"
    later = data.stat().st_mtime + 5
    os.utime(used, (later, later))
    same = [{"inside": "/", "outside": "/"}]
    (other,) = client.ask("combine", also=asked(data), map=same, root=str(root))["others"]
    assert other["stale"] == [str(used)]
    assert other["gone"] == [str(root / "unit.py")]


def test_data_that_does_not_fit_is_refused_with_its_name(found_server, project, tmp_path):
    root = project.dir
    server, client = found_server(
        {**FILES, ".coveragerc": RC}, args=["-w", "2", "--pythonpath", "src"]
    )
    (root / "lines.rc").write_text("[run]\nsource = src\n")
    lines = unit(root, "lines.data", ["--rcfile=lines.rc"])
    collected(server, client)
    why = refusal(client, root, asked(lines))
    assert why == "unit: lines.data holds lines, and the server measures branches"
    (root / "empty.data").write_bytes(b"")
    assert "empty.data" in refusal(client, root, asked(root / "empty.data"))
    (root / "damaged.data").write_bytes(b"no database" * 1000)
    assert "damaged.data" in refusal(client, root, asked(root / "damaged.data"))
    # Of another checkout: none of its paths is one of the server's.
    elsewhere = [{"inside": str(root), "outside": "/elsewhere"}]
    other = tmp_path / "other"
    shutil.move(shutil.copytree(root, tmp_path / "copy"), other)
    far = asked(unit(other))
    shutil.rmtree(other)
    assert "has no file that is there" in refusal(client, root, far, elsewhere)


def test_paths_of_this_machine_are_the_servers_own(found_server, project, tmp_path):
    root, host = project.dir, tmp_path / "host"
    server, client = found_server(
        {**FILES, ".coveragerc": RC}, args=["-w", "2", "--pythonpath", "src"]
    )
    shutil.copytree(root, host)
    data = unit(host)
    collected(server, client)
    pairs = [{"inside": str(root), "outside": str(host)}]
    answer = client.ask("combine", also=asked(data), map=pairs, root=str(host), fail_under=100)
    (other,) = answer["others"]
    assert set(ours(other["report"])) == set(ours(answer["all"]))
    assert all(path.startswith(f"{root}/") for path in ours(answer["all"]))
    assert answer["below"]["fail_under"] == 100


SAME = [{"inside": "/", "outside": "/"}]


def stale_of(client, root, also):
    answer = client.ask("combine", also=also, map=SAME, root=str(root))
    return [os.path.relpath(path, root) for path in answer["others"][0]["stale"]]


def test_the_bytes_that_its_tests_had_decide_and_not_the_time(found_server, project):
    root = project.dir
    server, client = found_server(
        {**FILES, ".coveragerc": RC}, args=["-w", "2", "--pythonpath", "src"]
    )
    data = unit(root)
    had = {str(path): digest(path) for path in (root / "src").rglob("*.py")}
    collected(server, client)
    used = root / "src/pkg/used.py"
    later = data.stat().st_mtime + 5
    os.utime(used, (later, later))
    assert stale_of(client, root, asked(data, sources=had)) == []
    # Other bytes, under a time before that of the data.
    used.write_text(USED + "# edited\n")
    os.utime(used, (later - 100, later - 100))
    assert stale_of(client, root, asked(data, sources=had)) == ["src/pkg/used.py"]
    # What it says of that file is in no number.
    answer = client.ask("combine", also=asked(data, sources=had), map=SAME, root=str(root))
    system = client.ask("combine", also=[], map=SAME, root=str(root))["all"]
    assert ours(answer["all"])[str(used)] == ours(system)[str(used)]
    assert (
        ours(answer["all"])[str(root / "src/pkg/more.py")]
        != ours(system)[str(root / "src/pkg/more.py")]
    )
    assert stale_of(client, root, asked(data)) == []  # the time alone does not tell
    had[str(root / "src/pkg/more.py")] = None
    assert stale_of(client, root, asked(data, sources=had)) == [
        "src/pkg/more.py",
        "src/pkg/used.py",
    ]


def test_data_of_lines_where_no_code_is_belongs_to_another_version(found_server, project):
    root = project.dir
    server, client = found_server(
        {**FILES, ".coveragerc": RC}, args=["-w", "2", "--pythonpath", "src"]
    )
    data = unit(root)
    collected(server, client)
    more = root / "src/pkg/more.py"
    before = data.stat().st_mtime - 100
    for text in (
        "# a line more\n\n\n" + MORE,
        MORE.split("return 2")[0],
        "def only_unit(x):\n    return 2\n",
    ):
        more.write_text(text)
        os.utime(more, (before, before))
        assert stale_of(client, root, asked(data)) == ["src/pkg/more.py"], text
    more.write_text(MORE)
    os.utime(more, (before, before))
    assert stale_of(client, root, asked(data)) == []


TOKENS = '''"""Of
several

lines."""

VALUE = (
    1,
    # a comment

    2,
)
TEXT = f"""{VALUE}

{TOKENS if False else 3}
"""


@property
def f(self): return \\
    1
'''


def test_no_line_that_python_runs_is_taken_for_one_without_code(tmp_path):
    for text in (TOKENS, "", "# nothing\n", "\n\nx = 1\n", "\f\nif 1:\n    x = 1\n"):
        path = tmp_path / "tokens.py"
        path.write_text(text)
        code, ran = compile(text, str(path), "exec"), set()

        def trace(frame, *_, ran=ran):
            ran.add(frame.f_lineno)
            return trace

        sys.settrace(trace)
        try:
            exec(code, {"__name__": "tokens"})  # noqa: S102
        finally:
            sys.settrace(None)
        assert not of_another_version(str(path), {line for line in ran if line})
