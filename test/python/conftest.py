"""Fixtures that start a real gunicorn on a free port and read the record that the hook leaves."""

import importlib
import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from found import found_server  # noqa: F401 - a fixture
from small_group import small_group  # noqa: F401 - a fixture
from virtual import Virtual

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))  # for tests that import a program's modules
# gunicov's hook; another path tests dist/gunicov_hook.py, the same in one file.
HOOK = Path(os.environ.get("GUNICOV_TEST_HOOK") or ROOT / "python" / "gunicov_hook.py").resolve()
# The interpreter that servers run on: another one tests other versions of gunicorn and coverage.
PYTHON = os.environ.get("GUNICOV_TEST_PYTHON", sys.executable)

# What a build machine or the test run itself may have set, and a server must not inherit.
FOREIGN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH", "GUNICORN_CMD_ARGS")


PATIENCE = 60.0  # seconds: a busy machine is slow, a hang is for ever


def wait_until(condition, what, log=str, timeout=PATIENCE, every=0.01):
    """Poll `condition` until it is true and return its value. One that takes its time has longer pauses.

    Raises AssertionError with what `log` returns after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out waiting for {what}\n{log()}")
        time.sleep(min(0.5, max(every, 4 * (time.monotonic() - began))))


def copy_hook(folder, name="gunicov_hook.py"):
    """Put the hook into a folder, as that file; returns its path. What belongs to it lies in folders beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(HOOK, folder / name)
    for package in ("gunicov_hook", "gunicov_common"):
        if (HOOK.parent / package).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(HOOK.parent / package, folder / package, ignore=ignore)
    return folder / name


def hook_module(name, directory, monkeypatch):
    """A module of the hook's, imported here; `directory` becomes the working directory."""
    monkeypatch.setenv("GUNICOV", "0")
    monkeypatch.chdir(directory)
    runpy.run_path(str(HOOK))
    return importlib.import_module(f"_gunicov_hook.{name}")


class Generation:
    """One `gen-…` directory of a record, read from disk at each call."""

    def __init__(self, directory):
        self.dir = directory

    def __repr__(self):
        return f"<{self.dir.name}>"

    @property
    def manifest(self):
        return json.loads((self.dir / "manifest.json").read_text())

    def ages(self, kind):
        """Ages of the workers with an entry in `kind` (forked, booted, saved, done, …)."""
        folder = self.dir / kind
        names = os.listdir(folder) if folder.is_dir() else []
        return sorted(int(name.split(".")[0]) for name in names if not name.startswith("."))

    def read(self, kind, age):
        return json.loads((self.dir / kind / f"{age}.json").read_text())

    def all(self, kind):
        return [self.read(kind, age) for age in self.ages(kind)]

    def data_files(self):
        """Complete data files of workers, as the counter counts them."""
        files = (path for path in self.dir.iterdir() if path.name.startswith(".coverage."))
        return sorted(path for path in files if ".master." not in path.name)


class Server:
    """A running gunicorn master.

    `.pid`, `.url`, `.process`, `.dir` (its record directory, None without the hook).
    """

    def __init__(self, process, log_path, base):
        self.process = process
        self.pid = process.pid
        self.url = None
        self._log_path = log_path
        self._base = base

    def log(self):
        """Everything the server has printed so far."""
        return self._log_path.read_text(errors="replace")

    @property
    def dir(self):
        for path in sorted(self._base.glob(f"master-{self.pid}-*")):
            return path
        return None

    @property
    def master(self):
        return json.loads((self.dir / "master.json").read_text())

    def generations(self):
        paths = sorted(self.dir.glob("gen-*")) if self.dir else []
        return [Generation(path) for path in paths]

    @property
    def generation(self):
        """The newest generation."""
        return self.generations()[-1]

    def alive(self):
        return self.process.poll() is None

    def hup(self, wait=True):
        """Send SIGHUP; with `wait`, return only when the restart has settled. Returns its number."""
        number = len(self.generations())
        os.kill(self.pid, signal.SIGHUP)
        if wait:
            wait_until(lambda: self._settled(number + 1), f"reload {number}", self.log)
        return number + 1

    def wait_booted(self):
        wait_until(lambda: self._settled(1), "first boot", self.log)

    def _settled(self, count):
        if not self.alive():
            raise AssertionError("gunicorn died:\n" + self.log())
        generations = self.generations()
        if len(generations) < count:
            return False
        *older, newest = generations
        ready = set(newest.ages("booted")) | set(newest.ages("boot-error"))
        if len(ready) < newest.manifest["settings"]["workers"]:
            return False
        return all(
            set(g.ages("forked")) <= set(g.ages("saved")) | set(g.ages("done")) for g in older
        )

    def get(self, path="/", timeout=PATIENCE):
        """GET; returns (status, body text)."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, timeout=PATIENCE):
        """SIGTERM and wait for the end; returns the exit status."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self):
        """End the master and every worker at once (they lead a process group of their own).

        A master that has been waited for is left alone: its pid may be another process's by now.
        Its workers leave by themselves.
        """
        if self.alive():
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


def server_environment(extra, home):
    """The environment of a server: ours without what the test run set for itself."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and not name.startswith(("GUNICOV", "COVERAGE", "COV_CORE"))
    }
    env["HOME"] = str(home)
    for name, value in (extra or {}).items():
        env[name] = str(value)
    return env


@pytest.fixture
def gunicorn_server(tmp_path):
    """A factory: `start(app_dir, app="app:app", args=[…], env={…}, hook=True, wait=True)`.

    The server listens on a free port of 127.0.0.1, with the hook as its config unless `hook` is
    false, and is killed when the test ends. `wait` returns once its first workers have booted.
    """
    servers = []

    def start(app_dir, app="app:app", args=(), env=None, hook=True, wait=True, python=PYTHON):
        index = len(servers)
        base = tmp_path / f"record-{index}"
        log_path = tmp_path / f"server-{index}.log"
        argv = [python, "-m", "gunicorn", "--bind", "127.0.0.1:0"]
        argv += ["-c", str(HOOK)] if hook else []
        argv += [*args, app]
        with open(log_path, "wb") as log:
            process = subprocess.Popen(
                argv,
                cwd=str(app_dir),
                env=server_environment({"GUNICOV_DIR": base, **(env or {})}, tmp_path),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(process, log_path, base)
        servers.append(server)
        if wait:
            server.url = wait_until(lambda: listening(server), "the port", server.log)
            if hook and (env or {}).get("GUNICOV") != "0":
                server.wait_booted()
        return server

    yield start
    for server in servers:
        server.kill()


def listening(server):
    """The URL that gunicorn says it listens at, or None when it has not yet."""
    match = re.search(r"Listening at: (http://\S+)", server.log())
    if match is None and not server.alive():
        raise AssertionError("gunicorn died:\n" + server.log())
    return match and match.group(1)


def measured(paths, below):
    """Union of data files: {path below `below`: (lines, arcs)}, by coverage.py's own reader."""
    import coverage

    whole = {}
    for path in paths:
        data = coverage.CoverageData(basename=str(path))
        data.read()
        for name in data.measured_files():
            if name.startswith(f"{below}{os.sep}"):
                lines, arcs = whole.setdefault(os.path.relpath(name, below), (set(), set()))
                lines.update(data.lines(name) or ())
                arcs.update(data.arcs(name) or ())
    return whole


@pytest.fixture
def virtual(tmp_path):
    """A Virtual environment."""
    return Virtual(PYTHON, tmp_path / "virtual")


@pytest.fixture
def project(tmp_path):
    """A factory: `write({"app.py": text, …})` makes or changes files of a project directory."""
    directory = Path(os.path.realpath(tmp_path)) / "project"
    directory.mkdir()

    class Project:
        dir = directory

        @staticmethod
        def write(files):
            for name, text in files.items():
                path = directory / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)

    return Project


HELLO = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""
