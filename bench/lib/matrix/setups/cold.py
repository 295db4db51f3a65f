"""The oracle: plain gunicorn, measured by coverage.py's own means and stopped; then its command line."""

import json
import os
import re
import signal
import subprocess
import time

from ..server import PATIENCE, Broken
from . import forms


def run(project):
    """{surface: rows} of a cold run of the project as it lies there now."""
    site = project.scratch / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text("import coverage\ncoverage.process_startup()\n")
    data = project.scratch / "cold" / ".coverage"
    data.parent.mkdir()
    path = os.pathsep.join(filter(None, (str(site), project.path)))
    config = project.dir / ".coveragerc"
    env = project.environment(COVERAGE_FILE=data, PYTHONPATH=path)
    serve({**env, "COVERAGE_PROCESS_START": str(config)}, project)
    command_line(project, env, "combine", "-q")
    command_line(project, env, "json", "-q", "-o", str(project.scratch / "cold.json"))
    command_line(project, env, "html", "-q", "-d", str(project.scratch / "cold-html"))
    report = command_line(project, env, "report", "-m")
    told = json.loads((project.scratch / "cold.json").read_text())
    return {
        "json": forms.json_rows(told, project.dir),
        "text": forms.text_rows(report),
        "html": forms.html_rows((project.scratch / "cold-html" / "index.html").read_text()),
    }


def serve(env, project):
    """Start, wait for the workers, send the tests' requests, stop."""
    log = project.scratch / "cold.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            project.command("127.0.0.1:0"),
            cwd=project.dir,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            text = log.read_text(errors="replace")
            url = re.search(r"Listening at: (http://\S+)", text)
            if url and text.count("Booting worker") >= project.case.workers:
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise Broken(f"the cold server did not start: {text[-300:]}")
            time.sleep(0.02)
        time.sleep(1)  # what a worker does at its boot is measured too
        plain = {k: v for k, v in env.items() if not k.startswith("COVERAGE")}
        driven = subprocess.run(
            [project.python, "tests/drive.py"],
            check=False,
            cwd=project.dir,
            env={**plain, "URL": url.group(1), "PYTHONPATH": ""},
            capture_output=True,
            text=True,
        )
        if driven.returncode:
            raise Broken(f"the cold run's tests: {driven.stderr[-300:]}")
        server.terminate()
        if server.wait(PATIENCE):
            raise Broken(
                f"the cold server ended with {server.returncode}: {log.read_text()[-300:]}"
            )
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def command_line(project, env, *argv):
    """What coverage.py's command line prints."""
    done = subprocess.run(
        [project.python, "-m", "coverage", *argv],
        check=False,
        cwd=project.dir,
        env=env,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Broken(f"coverage {argv[0]}: {(done.stdout + done.stderr).strip()[-300:]}")
    return done.stdout
