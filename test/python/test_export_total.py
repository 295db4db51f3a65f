"""What is kept for editors tells `coverage report` in the project's root the report's own total, whatever its names are."""

import json
import shutil
from pathlib import Path

import pytest
from test_chdir import APP, USED
from test_helper_collect import run_coverage

TIME = 30
RC = "[run]\nbranch = True\nsource = src\n"
RELATIVE = RC + "relative_files = True\n"
TOML = "[tool.coverage.run]\nsource = ['src']\nbranch = true\nrelative_files = true\n"
FILES = {
    "src/app.py": APP,
    "src/pkg/__init__.py": "",
    "src/pkg/used.py": USED,
    "src/pkg/never_imported.py": "X = 1\nY = 2\n",
}
INNER = {f"backend/{name}": text for name, text in {**FILES, ".coveragerc": RELATIVE}.items()}
# files, gunicorn's options, environment, where it is started, whether names are relative
SETUPS = {
    "absolute": ({**FILES, ".coveragerc": RC}, ["--pythonpath", "src"], {}, ".", False),
    "relative": ({**FILES, ".coveragerc": RELATIVE}, ["--pythonpath", "src"], {}, ".", True),
    "relative, pyproject.toml": (
        {**FILES, "pyproject.toml": TOML},
        ["--pythonpath", "src"],
        {},
        ".",
        True,
    ),
    "relative, chdir": ({**FILES, ".coveragerc": RELATIVE}, ["--chdir", "src"], {}, ".", True),
    # From the root coverage.py does not find these files: it reads absolute names.
    "relative, named": (
        {**FILES, "conf/rc": RELATIVE},
        ["--pythonpath", "src"],
        {"COVERAGE_PROCESS_START": "conf/rc"},
        ".",
        False,
    ),
    "relative, below the root": (INNER, ["--pythonpath", "src"], {}, "backend", False),
}


@pytest.mark.parametrize("mapped", [False, True], ids=["local", "container"])
@pytest.mark.parametrize("name", SETUPS)
def test_coverage_report_in_the_root_tells_the_same_total(
    name, mapped, found_server, project, tmp_path
):
    files, args, env, cwd, relative = SETUPS[name]
    root = project.dir
    server, client = found_server(files, folder=cwd, args=["-w", "2", *args], env=env)
    client.ask("restart", timeout=TIME)
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    report = client.ask("collect", generation=flushed["generation"])["report"]
    if mapped:
        root = Path(shutil.copytree(root, tmp_path / "host"))
    number = client.send(
        "export", map=[{"inside": str(project.dir), "outside": str(root)}], root=str(root)
    )
    client.wait(number)
    kept = client.files(number)
    (root / ".gunicov").mkdir()
    (root / ".gunicov" / ".coverage").write_bytes(kept[".coverage"])
    told = run_coverage(
        root, "report", "--precision=2", "--data-file=.gunicov/.coverage"
    ).splitlines()
    total = report["totals"]
    assert 0 < total["percent_covered"] < 100
    assert (
        told[-1].split()[0] == "TOTAL"
        and told[-1].split()[-1] == f"{total['percent_covered']:.2f}%"
    )
    paths = list(json.loads(kept["coverage.json"])["files"])
    assert len(paths) == len(report["files"])
    assert all(path.startswith("src/" if relative else f"{root}/") for path in paths)
