"""Issue 3, whatever coverage's configuration says, the report is that of a cold run with it.

Cold: plain gunicorn, measured by coverage.py's own .pth in each process, stopped; then `coverage
combine` and `coverage json`. Ours: the same requests, one SIGHUP, the helper's report.
"""

import json
import os
from importlib.metadata import version

import coverage
import pytest
from helper_client import HelperClient, clean_environment
from test_helper_collect import assert_equal, run_coverage

VERSION = tuple(int(part) for part in version("coverage").split(".")[:2])
TIME = 30

APP = """\
from lib import shapes
from lib.deep import never, tools


def app(environ, start_response):
    body = (shapes.test_area(environ["PATH_INFO"]) + tools.classify(3)).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
FILES = {
    "app.py": APP,
    "lib/__init__.py": "",
    "lib/shapes.py": """\
def test_area(name):
    if name == "/q":
        return "square"
    elif name == "/never":
        raise NotImplementedError
    return "round"
""",
    "lib/deep/__init__.py": "",
    "lib/deep/tools.py": "def classify(size):\n    return 'long' if size > 5 else 'short'\n",
    "lib/deep/never.py": "def never():\n    return 0\n",
    "lib/unused.py": "x = 1\n",
    "other/away.py": "x = 1\n",
}
BRANCH = "branch = True\nsource = .\n"


def rc(run=BRANCH, rest="", section="run", name=".coveragerc"):
    """(file name, its text with a line PARALLEL) of a configuration in ini syntax."""
    return name, f"[{section}]\nPARALLEL\n{run}{rest}"


TOML = '[tool.coverage.run]\nPARALLEL\nbranch = true\nsource = ["."]\nomit = ["lib/deep/*"]\n'

# What the report must show of it, so that no case passes by doing nothing: {path: executed lines
# or None where the file must not be in it}.
CASES = {
    "COVERAGE_PROCESS_START": (rc(name="my.rc"), {"lib/unused.py": []}),
    ".coveragerc": (rc(), {"lib/unused.py": []}),
    "pyproject.toml": (("pyproject.toml", TOML), {"lib/deep/tools.py": None}),
    "setup.cfg": (rc(section="coverage:run", name="setup.cfg"), {"lib/unused.py": []}),
    "tox.ini": (rc(section="coverage:run", name="tox.ini"), {"lib/unused.py": []}),
    "source": (rc("branch = True\nsource = lib/deep\n"), {"lib/shapes.py": None}),
    "source_pkgs": (rc("branch = True\nsource_pkgs = lib\n"), {"app.py": None}),
    "include": (rc("branch = True\ninclude = lib/*\n"), {"app.py": None}),
    "omit": (rc(BRANCH + "omit = lib/deep/*\n"), {"lib/deep/tools.py": None}),
    "report omit": (rc(rest="[report]\nomit = lib/deep/*\n"), {"lib/deep/tools.py": None}),
    "exclude_also": (
        rc(rest="[report]\nexclude_also =\n    if name ==\n"),
        {"lib/shapes.py": [1, 6]},
    ),
    "line-only": (rc("source = .\n"), {"lib/unused.py": []}),
    "relative_files": (rc(BRANCH + "relative_files = True\n"), {"lib/unused.py": []}),
    "[paths]": (
        rc("branch = True\nsource = build\n", "[paths]\nall =\n    lib/\n    build/lib/\n"),
        {"build/lib/shapes.py": None, "lib/deep/tools.py": [1, 2]},
    ),
    "data_file that can't be made": (
        rc(BRANCH + "data_file = /proc/none/.coverage\n"),
        {"lib/unused.py": []},
    ),
    "static context": (rc(BRANCH + "context = smoke\n"), {"lib/unused.py": []}),
    "dynamic context": (rc(BRANCH + "dynamic_context = test_function\n"), {"lib/unused.py": []}),
}
CONTEXTS = {"static context": {"smoke"}, "dynamic context": {"", "lib.shapes.test_area"}}


def drive(server):
    for path in ("/", "/q", "/", "/long"):
        assert server.get(path)[0] == 200, server.log()


def contexts(path):
    data = coverage.CoverageData(basename=str(path))
    data.read()
    return set(data.measured_contexts())


@pytest.fixture
def cold(gunicorn_server, project, tmp_path):
    """A factory: coverage's JSON report and the contexts of a cold run with a configuration."""

    def run(name, text, args):
        data = tmp_path / "cold"
        data.mkdir()
        project.write({name: text.replace("PARALLEL", "parallel = true")})
        env = {"COVERAGE_PROCESS_START": project.dir / name, "COVERAGE_FILE": data / ".coverage"}
        server = gunicorn_server(project.dir, args=args, env=env, hook=False)
        drive(server)
        assert server.stop() == 0, server.log()
        config = f"--rcfile={name}"
        whole = tmp_path / "combined"
        files = [str(path) for path in sorted(data.iterdir())]
        assert len(files) >= 2  # one of each worker
        run_coverage(project.dir, "combine", "-q", config, f"--data-file={whole}", *files)
        out = tmp_path / "cold.json"
        run_coverage(project.dir, "json", "-q", config, f"--data-file={whole}", "-o", str(out))
        return json.loads(out.read_text()), contexts(whole)

    return run


@pytest.mark.skipif(VERSION < (7, 13), reason="the automatic tracer came with coverage 7.13")
@pytest.mark.parametrize("case", CASES)
def test_configuration_as_in_a_cold_run(gunicorn_server, project, tmp_path, cold, case):
    (name, text), shown = CASES[case]
    args = ["-w", "2", "--threads", "2"]
    project.write(FILES)
    if case == "[paths]":  # the server runs a copy; the report is about what it was copied from
        build = {f"build/{path}": body for path, body in FILES.items() if path.startswith("lib/")}
        project.write(build)
        args += ["--pythonpath", "build"]
        project.write({"build/app.py": APP})
        (project.dir / "app.py").unlink()
    expected, cold_contexts = cold(name, text, args)

    project.write({name: text.replace("PARALLEL", "")})
    env = {"COVERAGE_FILE": tmp_path / "stray" / ".coverage"} if case == ".coveragerc" else {}
    if case == "COVERAGE_PROCESS_START":
        env["COVERAGE_PROCESS_START"] = project.dir / name
    server = gunicorn_server(project.dir, args=args, env=env)
    client = HelperClient(env=clean_environment(), cwd="/")
    try:
        found = client.ask("find", pid=server.pid)["master"]
        assert found["coverage_config"] == str(project.dir / name)
        client.ask("restart", timeout=TIME)
        drive(server)
        flushed = client.ask("flush", timeout=TIME)
        assert (flushed["written"], flushed["lost"]) == (2, [])
        report = client.ask("collect", generation=flushed["generation"])["report"]
    finally:
        client.close()
    assert_equal(report, expected, str(project.dir))
    ours = {os.path.relpath(row["path"], project.dir): row for row in report["files"]}
    for path, lines in shown.items():
        assert (ours[path]["executed_lines"] if path in ours else None) == lines, path
    folder = server.dir / f"gen-{flushed['generation']:06}"
    told = set().union(*(contexts(path) for path in folder.glob(".coverage.*")))
    assert told == cold_contexts
    assert CONTEXTS.get(case, {""}) == told
    # Nothing of an automatic tracer's is left where the server runs.
    assert not [path for path in project.dir.iterdir() if path.name.startswith(".coverage.")]
    assert not (tmp_path / "stray").exists()
