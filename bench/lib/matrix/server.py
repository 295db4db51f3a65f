"""A case's project, and a gunicorn that serves it."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import places

APPS = Path(__file__).with_name("apps")
PATIENCE = 60.0  # seconds that any one step may take on a busy machine

PATHS = {
    "wsgi": ["/", "/thread", "/pool", "/outlive", "/late", "/failing", "/q", "/tail"],
    "asgi": ["/", "/tasks", "/pool", "/stream", "/late", "/failing", "/q", "/tail"],
    "demo": [
        "/",
        "/api/health/ready",
        "/nowhere",
        ("/api/company/score/", {"decisions": [["FRXXA", True], ["abcde", False]]}),
        ("/api/company/score/", {"decisions": [["FRXXAB", True]]}),
        ("/api/company/score/", {"decisions": "none"}),
    ],
}
ROUNDS = 3

RC = """\
[run]
branch = True
source = .
parallel = True
omit = gunicorn.conf.py
{more}
"""
STEERING = ("GUNICOV", "COVERAGE", "COV_CORE", "GUNICORN", "PYTHONPATH", "PYTHONDONTWRITE")


class Broken(Exception):
    """A run that did not come to its end; the text says why."""


class Project:
    """A copy of a case's application in a directory of its own."""

    def __init__(self, case, scratch):
        self.dir = Path(os.path.realpath(scratch)) / "project"
        self.scratch = Path(scratch)
        self.kind = flavour(case)
        self.dir.mkdir(parents=True)
        shutil.copy(APPS / f"{self.kind}.py", self.dir / "app.py")
        for name in ("gunicorn.conf.py", "slots.py"):
            shutil.copy(APPS / name, self.dir)
        if self.kind == "demo":
            shutil.copytree(
                places.ROOT / "demo" / "source" / "xy",
                self.dir / "xy",
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        else:
            for name in ("shapes.py", "lazy.py"):
                shutil.copy(APPS / name, self.dir)
        # Without it a cold run under gevent is not exact. The hook adds it where it is missing.
        more = "concurrency = gevent" if case.worker_class == "gevent" else ""
        self.rc = self.dir / "coverage.rc"
        self.rc.write_text(RC.format(more=more))


def flavour(case):
    if case.app == "demo":
        return "demo"
    return "asgi" if case.worker_class in ("uvicorn", "asgi") else "wsgi"


class Server:
    """A gunicorn of its own process group on a free port of this machine."""

    def __init__(self, python, case, project, name, args=(), **env):
        self.log_path = project.scratch / f"{name}.log"
        argv = [python, "-m", "gunicorn", "--bind", "127.0.0.1:0", "-w", str(case.workers)]
        argv += ["-k", places.worker_class(case), "--timeout", "120", *args]
        if case.worker_class == "gthread":
            argv += ["--threads", "3"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(STEERING)}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*argv, "app:app"],
                cwd=project.dir,
                env={**kept, "HOME": str(project.scratch), **{k: str(v) for k, v in env.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.process.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while True:
            value = condition()
            if value:
                return value
            if self.process.poll() is not None:
                raise Broken(f"gunicorn ended before {what}: {self.tail()}")
            if time.monotonic() > deadline:
                raise Broken(f"timed out waiting for {what}: {self.tail()}")
            time.sleep(0.02)

    def tail(self):
        return " | ".join(self.log().splitlines()[-4:])

    def url(self):
        pattern = re.compile(r"Listening at: (http://\S+)")
        return self.until(lambda: pattern.search(self.log()), "its port").group(1)

    def drive(self, kind):
        """The same requests in each run, several at once."""
        url = self.url()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda what: ask(url, what), PATHS[kind] * ROUNDS))
        wrong = [text for status, text in answers if status == 500]
        if wrong:
            raise Broken(f"a request failed: {wrong[0][-300:]}")

    def stop(self):
        self.process.terminate()
        try:
            if self.process.wait(PATIENCE):
                raise Broken(f"gunicorn ended with {self.process.returncode}: {self.tail()}")
        except subprocess.TimeoutExpired:
            raise Broken(f"gunicorn did not end at SIGTERM: {self.tail()}") from None

    def kill(self):
        if self.process.poll() is None:  # else its pid may be another process's by now
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


def ask(url, what):
    path, body = what if isinstance(what, tuple) else (what, None)
    request = urllib.request.Request(url + path)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
