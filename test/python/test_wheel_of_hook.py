"""The wheel gunicov-hook, installed: a cycle's numbers are a cold run's, with the oldest and the newest gunicorn."""

import os
import subprocess
import sys

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


def compare(start, project, tmp_path, python, way, args, text=CONF):
    """Two cycles, with the hook loaded in that way, against a cold run. `text`: the user's config."""
    named, env = way
    rc = "[run]\nbranch = True\nsource = .\n"
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


@pytest.mark.parametrize("way", [VARIABLE, MODULE], ids=["variable", "module"])
def test_with_the_oldest_gunicorn_and_nothing_else(gunicorn_server, project, tmp_path, wheel, way):
    """An environment with gunicorn, what the wheel brings, and the app."""
    folder = tmp_path / "oldest"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=60)
    python = str(folder / "bin" / "python")
    pip("--prefix", folder, "--ignore-installed", *OLDEST, wheel)
    project.write(FILES)
    args = ["-k", "gthread", "--threads", "2"] if way is MODULE else []
    # Up to gunicorn 23 a signal's handler calls child_exit, which can be after the master has saved.
    text, _, _ = CONF.partition("\n\ndef child_exit")
    compare(gunicorn_server, project, tmp_path, python, way, args, text + "\n")
