"""Cycles as gunicov runs them on a server (restart, requests, flush, collect), and a cold run's report."""

import json
import os
import subprocess
import sys

from conftest import server_environment
from helper_client import PATIENCE, HelperClient, clean_environment

TIME = 30


class Cycles:
    """A helper that drives a running server. To be used in a `with`; `client` speaks to the helper."""

    def __init__(self, server, python=sys.executable):
        self.server = server
        self.client = HelperClient(python=python, env=clean_environment(), cwd="/")
        self.client.ask("find", pid=server.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()

    @property
    def master(self):
        return self.server.master

    def run(self, paths, change=None):
        """A cycle with these requests; what `collect` answers, with the flush's answer as `flush`. `change` is
        called in the middle."""
        self.client.ask("restart", timeout=TIME)
        for path in paths * 3:
            assert self.server.get(path, 30)[0] == 200, self.server.log()
        if change:
            change()
        flushed = self.client.ask("flush", timeout=TIME, patience=TIME + PATIENCE)
        answer = self.client.ask("collect", generation=flushed["generation"])
        return dict(answer, flush=flushed)


def cold_report(start, project, tmp_path, paths, env=None, data="cold", **options):
    """coverage's JSON report of a plain gunicorn, each of whose processes coverage measures with `cold.rc`."""
    folder = tmp_path / data
    folder.mkdir()
    env = {
        **(env or {}),
        "COVERAGE_PROCESS_START": project.dir / "cold.rc",
        "COVERAGE_FILE": folder / ".coverage",
    }
    server = start(project.dir, env=env, hook=False, **options)
    for path in paths * 3:
        assert server.get(path, 30)[0] == 200, server.log()
    assert server.stop() == 0, server.log()
    files = sorted(str(path) for path in folder.iterdir())
    python = options.get("python", sys.executable)
    environ = server_environment({**env, "COVERAGE_PROCESS_START": ""}, tmp_path)
    del environ["COVERAGE_PROCESS_START"]
    whole, out = str(tmp_path / f"{data}.coverage"), str(tmp_path / f"{data}.json")

    def coverage(*args):
        do, *rest = args
        command = [
            str(python),
            "-m",
            "coverage",
            do,
            "--rcfile=cold.rc",
            f"--data-file={whole}",
            *rest,
        ]
        done = subprocess.run(
            command,
            check=False,
            cwd=project.dir,
            env=environ,
            timeout=60,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    coverage("combine", "-q", *files)
    coverage("json", "-q", "-o", out)
    with open(out) as file:
        return json.load(file)


def relative(report, below):
    """{path below `below`: row} of a report's files."""
    return {os.path.relpath(row["path"], below): row for row in report["files"]}
