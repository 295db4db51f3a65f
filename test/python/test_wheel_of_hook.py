"""The wheel gunicov-hook, installed: a cycle's numbers are a cold run's, with the oldest and the newest gunicorn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from cycles import Cycles, cold_report
from test_helper_collect import assert_equal
from test_hook_exact import ASGI
from test_master_code import FILES, HOOKS, PATHS

CONF = "from mypkg import settings\n\nworkers = settings.WORKERS\n\n\n" + HOOKS
# Without it a cold run of uvicorn's worker saves nothing.
UVICORN = """

def post_worker_init(worker):
    import signal
    import sys

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
"""
LATE = """

def worker_exit(server, worker):
    import time

    time.sleep(1)
"""
# Its question takes as long as a worker's end takes, in gunicorn's master, right after a reload.
SLOW = """\
import os
import time

from coverage import CoveragePlugin


class Slow(CoveragePlugin):
    def file_tracer(self, filename):
        if filename.endswith("workers/base.py") and os.environ["MASTER"] == str(os.getpid()):
            time.sleep(3)


def coverage_init(registry, options):
    registry.add_file_tracer(Slow())
"""
VARIABLE = (["-c", "mine.conf.py"], {"GUNICOV_HOOK": "1"})
MODULE = ([], {"GUNICORN_CMD_ARGS": "-c python:gunicov_hook"})
OLDEST = ("gunicorn==20.1.0", "setuptools<80", "coverage")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Path of the wheel; bin/test names the directory where it has built it."""
    built = os.environ.get("GUNICOV_TEST_PACKAGES")
    if not built:
        built = tmp_path_factory.mktemp("packages")
        command = [ROOT / "bin" / "package", built]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    (name,) = (name for name in os.listdir(built) if name.startswith("gunicov_hook-"))
    return os.path.join(built, name)


def pip(*words):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", *words]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def compare(start, project, tmp_path, python, way, args, text=CONF, more=""):
    """Two cycles, with the hook loaded in that way, against a cold run. `text`: the user's config, `more`: lines
    of coverage.py's."""
    named, env = way
    rc = f"[run]\nbranch = True\nsource = .\n{more}"
    conf = "gunicorn.conf.py" if way is MODULE else "mine.conf.py"
    project.write(
        {
            "rc": rc,
            "cold.rc": f"{rc}parallel = True\n",
            conf: text + (UVICORN if "uvicorn" in str(args) else ""),
        }
    )
    own = {**env, "GUNICOV_COVERAGE_CONFIG": "rc"}
    server = start(project.dir, args=[*named, *args], env=own, hook=False, python=python)
    server.wait_booted()
    with Cycles(server, python) as ours:
        cold = cold_report(start, project, tmp_path, PATHS, args=[*named, *args], python=python)
        for _ in range(2):
            answer = ours.run(PATHS)
            assert_equal(answer["report"], cold, str(project.dir))
            assert (answer["flush"]["reasons"], answer["superseded"]) == ([], [])


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["-k", "gthread", "--threads", "2"],
        ["-k", "uvicorn_worker.UvicornWorker"],
        ["--preload"],
    ],
    ids=["sync", "gthread", "uvicorn", "preload"],
)
def test_with_the_newest_gunicorn(gunicorn_server, project, tmp_path, virtual, wheel, args):
    pip("--no-deps", "--target", virtual.site, wheel)
    project.write(
        {
            **FILES,
            **(
                {"app.py": ASGI.replace("import shapes", "from mypkg import shapes")}
                if "uvicorn" in str(args)
                else {}
            ),
        }
    )
    compare(gunicorn_server, project, tmp_path, virtual.python, VARIABLE, args)


@pytest.fixture(scope="session")
def oldest(wheel, tmp_path_factory):
    """Python of an environment with the oldest gunicorn, what the wheel brings, and nothing else."""
    folder = tmp_path_factory.mktemp("oldest")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=60)
    pip("--prefix", folder, "--ignore-installed", *OLDEST, wheel)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize("way", [VARIABLE, MODULE], ids=["variable", "module"])
def test_with_the_oldest_gunicorn_and_nothing_else(gunicorn_server, project, tmp_path, oldest, way):
    project.write(FILES)
    args = ["-k", "gthread", "--threads", "2"] if way is MODULE else []
    compare(gunicorn_server, project, tmp_path, oldest, way, args)


def test_child_exit_counts_whatever_it_interrupts(gunicorn_server, project, tmp_path, oldest):
    """Up to gunicorn 23 a signal calls child_exit, at any moment: here, while coverage.py is asked whether a file is
    measured. It traces nothing then."""
    (site,) = Path(oldest).parent.parent.glob("lib/python3*/site-packages")
    (site / "slow_plugin.py").write_text(SLOW)
    project.write(FILES)
    conf = f"import os\n\nos.environ['MASTER'] = str(os.getpid())\n{CONF}{LATE}"
    compare(
        gunicorn_server, project, tmp_path, oldest, VARIABLE, [], conf, "plugins = slow_plugin\n"
    )
