"""gunicorn's `chdir`: coverage's configuration and relative paths count from where gunicorn was started, as in a cold run."""

import json
import os
import signal
import subprocess
import sys

import pytest
from conftest import Server, listening, server_environment, wait_until
from test_helper_collect import assert_equal, run_coverage

TIME = 30
APP = """\
from pkg.used import choose


def app(environ, start_response):
    body = choose(environ["PATH_INFO"]).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
USED = """\
def choose(path):
    if path == "/a":
        return "a"
    return "other"
"""
FILES = {
    "src/app.py": APP,
    "src/pkg/__init__.py": "",
    "src/pkg/used.py": USED,
    "src/pkg/never_imported.py": "X = 1\nY = 2\n",
    # It is not to be found: a cold run does not look here.
    "src/.coveragerc": "[run]\nsource = nowhere\n",
}
RC = "[run]\nbranch = True\nsource = src\nomit = src/app.py\n"
SETUPS = {
    "option": (["--chdir", "src"], {".coveragerc": RC}, {}),
    "environment": ([], {".coveragerc": RC}, {"GUNICORN_CMD_ARGS": "--chdir src"}),
    "config": ([], {".coveragerc": RC, "gunicorn.conf.py": "chdir = 'src'\n"}, {}),
    "pyproject": (
        ["--chdir", "src"],
        {"pyproject.toml": "[tool.coverage.run]\nsource = ['src']\nbranch = true\n"},
        {},
    ),
    "relative files": (["--chdir", "src"], {".coveragerc": RC + "relative_files = True\n"}, {}),
    "paths": (
        ["--chdir", "src"],
        {".coveragerc": RC + "[paths]\nsrc =\n    src\n    */elsewhere\n"},
        {},
    ),
    "absolute": (["--chdir", "src"], {"conf/rc": RC}, {"COVERAGE_PROCESS_START": "{root}/conf/rc"}),
    "relative": (["--chdir", "src"], {"conf/rc": RC}, {"COVERAGE_PROCESS_START": "conf/rc"}),
    "absolute directory": (["--chdir", "{root}/src"], {".coveragerc": RC}, {}),
    "no chdir": (["--pythonpath", "src"], {".coveragerc": RC}, {}),
}


def cold(root, args, env, tmp_path):
    """coverage.py's own JSON report of the same server under `coverage run`, asked the same and stopped."""
    config = env.get("COVERAGE_PROCESS_START", "")
    rc = [f"--rcfile={config}"] if config else []
    data = tmp_path / "cold"
    env = {name: value for name, value in env.items() if name != "COVERAGE_PROCESS_START"}
    command = [sys.executable, "-m", "coverage", "run", *rc, "-p", f"--data-file={data}"]
    command += ["-m", "gunicorn", "--bind", "127.0.0.1:0", "-w", "1", *args, "app:app"]
    with open(tmp_path / "cold.log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=root, env=server_environment(env, tmp_path), stdout=log, stderr=log
        )
    server = Server(process, tmp_path / "cold.log", tmp_path)
    server.url = wait_until(lambda: listening(server), "the port", server.log)
    assert server.get("/a") == (200, "a")
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    files = [str(path) for path in tmp_path.glob("cold.*") if path.name != "cold.log"]
    run_coverage(root, "combine", *rc, f"--data-file={data}", *files)
    run_coverage(root, "json", *rc, "-q", f"--data-file={data}", "-o", str(tmp_path / "cold.json"))
    return json.loads((tmp_path / "cold.json").read_text())


@pytest.mark.parametrize("name", SETUPS)
def test_it_measures_what_a_cold_run_from_there_does(name, found_server, project, tmp_path):
    args, files, env = SETUPS[name]
    root = str(project.dir)
    project.write({**FILES, **files})
    args = [word.replace("{root}", root) for word in args]
    env = {key: value.replace("{root}", root) for key, value in env.items()}
    expected = cold(root, args, env, tmp_path)
    server, client = found_server({}, args=["-w", "2", *args], env=env)
    for _ in range(2):  # a reload begins where gunicorn was started again
        client.ask("restart", timeout=TIME)
        assert server.get("/a") == (200, "a")
        flushed = client.ask("flush", timeout=TIME)
        collected = client.ask("collect", generation=flushed["generation"])
        assert_equal(collected["report"], expected, project.dir)
        assert collected["reasons"] == []
    assert server.master["cwd"] == (root if name == "no chdir" else f"{root}/src")
    number = client.send("export", map=[{"inside": root, "outside": root}])
    client.wait(number)
    exported = json.loads(client.files(number)["coverage.json"])
    assert exported["totals"] == expected["totals"]
    assert any(path.endswith("never_imported.py") for path in expected["files"])
    assert not os.path.exists(f"{root}/src/.coverage")
