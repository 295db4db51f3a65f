"""A set-up's project on the disk, and the configuration with which gunicov measures it."""

import json
import os
import shutil
from pathlib import Path

from .. import places
from .setup import FILES, SETUPS

STEERING = ("GUNICOV", "COVERAGE", "COV_CORE", "GUNICORN", "PYTHONPATH", "PYTHONDONTWRITE")

CONFIG = """\
[tool.gunicov.server]
command = {command}
source = ["."]
env = {{ PYTHONPATH = "{path}" }}

[tool.gunicov.tests]
command = {tests}
source = ["tests"]
env = {{ URL = "http://127.0.0.1:{{port}}" }}
"""


class Project:
    """Files, gunicorn's command line and environment of one case, in a directory of its own."""

    def __init__(self, python, case, scratch):
        self.python = python
        self.case = case
        self.setup = SETUPS[case.app]
        self.scratch = Path(os.path.realpath(scratch))
        self.dir = self.scratch / "project"
        self.path = str(self.dir / self.setup.path) if self.setup.path else ""
        for layer in ("common", *self.setup.layers):
            # No copy of bytecode: it would be of another path.
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(FILES / layer, self.dir, ignore=ignored, dirs_exist_ok=True)
        for path in self.dir.rglob("*.py.txt"):  # what no linter is to read
            path.rename(path.with_suffix(""))
        if case.worker_class == "gevent":
            self.append(".coveragerc", "[run]\n", "[run]\nconcurrency = gevent\n")
        (self.dir / "gunicov.toml").write_text(
            CONFIG.format(
                command=json.dumps(self.command("127.0.0.1:{port}")),
                tests=json.dumps([python, "tests/drive.py"]),
                path=self.path,
            )
        )

    def command(self, bind):
        """gunicorn's argv."""
        case = self.case
        threads = ("--threads", "3") if case.worker_class == "gthread" else ()
        argv = [self.python, "-m", "gunicorn", "--bind", bind, "-w", str(case.workers)]
        argv += ["-k", places.worker_class(case), "--timeout", "120", *threads]
        return [*argv, *self.setup.args, self.setup.app]

    def environment(self, **more):
        """Nothing of what steers gunicov, coverage.py or gunicorn on this machine."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(STEERING)}
        kept["HOME"] = str(self.scratch)
        if self.path:
            kept["PYTHONPATH"] = self.path
        return {**kept, **{name: str(value) for name, value in more.items()}}

    def append(self, name, *change):
        """Save a file anew: with a text at its end, or with one text in the place of another."""
        path = self.dir / name
        text = path.read_text()
        path.write_text(text + change[0] if len(change) == 1 else text.replace(*change, 1))

    def edit(self):
        for name, change in self.setup.edits:
            self.append(name, *([change] if isinstance(change, str) else change))
