"""What pytest collects, in an interpreter of its own: it imports the tests, and runs none."""

import json
import os
import subprocess
import tempfile

from gunicov_runner.text import without_colours

SECONDS = 60.0
MOST_OUTPUT = 4000  # characters of what it printed: its end

# Options of plugins that would write, at the end of a session without tests, over what real runs have left.
PROGRAM = r"""
import json, os, sys
told, first, script = sys.argv[1:4]
cache = os.path.dirname(told)
arguments = sys.argv[4:]
sys.dont_write_bytecode = True
sys.path[:] = [first] + [entry for entry in sys.path if entry] if first else [e for e in sys.path if e]
sys.argv[:] = [script, *arguments]
import pytest
class Examiner:
    def __init__(self):
        self.about = {"pytest": pytest.__version__, "plugins": [], "tests": [], "files": [], "errors": 0}
    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config):
        known = early_config.known_args_namespace
        if hasattr(known, "cov_source"):
            known.cov_source, known.no_cov = [], True
    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        for name in ("xmlpath", "htmlpath", "report_log", "json_report_file"):
            if hasattr(config.option, name):
                setattr(config.option, name, None)
        found = {(d.project_name, d.version) for _, d in config.pluginmanager.list_plugin_distinfo()}
        self.about["plugins"] = sorted(f"{name} {version}" for name, version in found)
        try:
            self.about["base_url"] = str(config.getini("base_url") or getattr(config.option, "base_url", None) or "")
        except (KeyError, ValueError):
            self.about["base_url"] = ""
    def pytest_collectreport(self, report):
        self.about["errors"] += report.failed
    def pytest_collection_finish(self, session):
        self.about["tests"] = [item.nodeid for item in session.items]
        self.about["files"] = sorted({str(item.fspath) for item in session.items})
        self.about["root"] = str(session.config.rootpath if hasattr(session.config, "rootpath") else session.config.rootdir)
examiner = Examiner()
code = pytest.main([*arguments, "--collect-only", "-q", "-o", "cache_dir=" + cache], plugins=[examiner])
examiner.about["exit_code"] = int(code)
with open(told, "w") as file:
    json.dump(examiner.about, file)
"""


def collection(command):
    """What pytest says of a Command that is one (dict); `said` is the end of what it printed."""
    with tempfile.TemporaryDirectory(prefix="gunicov-") as folder:
        told = os.path.join(folder, "told.json")
        first = "" if command.environ.get("PYTHONSAFEPATH") else command.first
        argv = [command.interpreter, "-c", PROGRAM, told, first, command.script, *command.arguments]
        environ = {**command.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                argv,
                check=False,
                cwd=command.cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
            )
            said = done.stdout.decode("utf-8", "replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            return {"said": str(error)}
        about = {}
        if os.path.exists(told):
            with open(told) as file:
                about = json.load(file)
    return {**about, "said": without_colours(said).strip()[-MOST_OUTPUT:]}
