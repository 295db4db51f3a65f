"""A cold run: a plain server, measured by coverage.py's own means."""

import json
import os
import subprocess

from .numbers import numbers
from .server import STEERING, Broken, Server


def run(python, case, project):
    """{path: numbers} of a plain server that is stopped, by coverage.py's own command line."""
    site = project.scratch / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import coverage\ncoverage.process_startup()\n")
    data = project.scratch / "cold" / ".coverage"
    data.parent.mkdir()
    env = {"COVERAGE_FILE": data, "COVERAGE_RCFILE": project.rc}
    server = Server(
        python,
        case,
        project,
        "cold",
        COVERAGE_PROCESS_START=project.rc,
        COVERAGE_FILE=data,
        PYTHONPATH=site,
        COLD=1,
    )
    try:
        server.until(lambda: server.log().count("ready: worker") >= case.workers, "its workers")
        server.drive(project.kind)
        server.stop()
    finally:
        server.kill()
    command_line(python, project, env, "combine", "-q")
    command_line(python, project, env, "json", "-q", "-o", str(project.scratch / "cold.json"))
    report = json.loads((project.scratch / "cold.json").read_text())
    return {path: numbers(entry) for path, entry in report["files"].items()}


def command_line(python, project, env, *argv):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(STEERING)}
    done = subprocess.run(
        [python, "-m", "coverage", *argv],
        check=False,
        cwd=project.dir,
        env={**kept, **{k: str(v) for k, v in env.items()}},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Broken(f"coverage {argv[0]}: {(done.stdout + done.stderr).strip()[-300:]}")
