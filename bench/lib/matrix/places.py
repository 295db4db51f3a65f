"""The Pythons at hand, and a virtual environment of each combination of versions, kept in a cache."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OLDEST = (3, 8)  # the hook's and the helper's
# What a virtual environment needs is imported where it can be.
PROBE = """\
import sys, ssl, sqlite3
if sys.version_info > (3,): import venv
print('%d.%d' % sys.version_info[:2])
"""


class CannotInstall(Exception):
    """A combination that pip refuses, or whose packages do not import."""


def pythons():
    """({"3.11": interpreter}, [version]): each Python at hand, on PATH and pyenv's; those too old."""
    found = {}
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted(pyenv.glob("versions/*/bin"))
    for folder in folders:
        if not folder.is_dir() or folder == pyenv / "shims":
            continue
        for path in sorted(folder.iterdir()):
            if re.fullmatch(r"python(\d(\.\d+)?)?", path.name) and not is_environment(path):
                version = probe(path)
                if version:
                    found.setdefault(version, str(path))
    ordered = sorted(found, key=number)
    usable = {version: found[version] for version in ordered if number(version) >= OLDEST}
    return usable, [version for version in ordered if version not in usable]


def is_environment(path):
    return (path.parent.parent / "pyvenv.cfg").exists()


def number(version):
    return tuple(map(int, version.split(".")))


def probe(path):
    """The version of an interpreter that has what a virtual environment needs, else None."""
    try:
        done = subprocess.run(
            [path, "-c", PROBE], check=False, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def requirements(case):
    """What pip must install for a case."""
    wanted = [f"gunicorn=={case.gunicorn}.*"]
    wanted.append("coverage" if case.coverage == "newest" else f"coverage=={case.coverage}.*")
    if case.gunicorn == "20.1":
        wanted.append("setuptools<81")  # for pkg_resources
    if case.worker_class == "gevent":
        wanted[0] = wanted[0].replace("gunicorn", "gunicorn[gevent]")
    if case.worker_class == "uvicorn":
        # The last uvicorn-worker for an older Python does not know a newer uvicorn.
        wanted += ["uvicorn<0.36" if case.python in ("3.8", "3.9") else "uvicorn", "uvicorn-worker"]
    if case.app == "demo":
        wanted.append("flask>=3.1,<4")
    return wanted


def worker_class(case):
    """gunicorn's -k for a case."""
    return {"uvicorn": "uvicorn_worker.UvicornWorker"}.get(case.worker_class, case.worker_class)


def environment(cache, interpreter, case):
    """The python of a virtual environment for `case`, made where it is not there yet.

    Raises CannotInstall with pip's own reason.
    """
    wanted = requirements(case)
    name = re.sub(r"[^\w.]+", "-", " ".join([case.python, *wanted])).strip("-")
    place = cache / name
    python = place / "bin" / "python"
    if not (place / ".complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        make_environment(interpreter, place, wanted)
        (place / ".complete").touch()
    return str(python)


def make_environment(interpreter, place, wanted):
    run([interpreter, "-m", "venv", str(place)], "venv")
    pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    run([*pip, "install", "--prefer-binary", *wanted], "pip")


def run(argv, what):
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(argv, check=False, capture_output=True, text=True, env=environ)
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise CannotInstall(f"{what}: {lines[-1] if lines else done.returncode}")


IMPORTS = """\
import gunicorn.app.wsgiapp, gunicorn.util, coverage, json, sys
gunicorn.util.load_class(sys.argv[1])
print(json.dumps([gunicorn.__version__, coverage.__version__]))
"""


def versions(python, uri):
    """[gunicorn's, coverage's] exact versions. Raises CannotInstall where it can't be loaded."""
    done = subprocess.run([python, "-c", IMPORTS, uri], check=False, capture_output=True, text=True)
    if done.returncode:
        named = re.findall(r"^\w+(?:Error|Exception): .+", done.stderr, re.MULTILINE)
        raise CannotInstall(named[0] if named else f"exit code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def own_environment():
    """The interpreter that has gunicorn and coverage already: the project's .venv, or ours."""
    python = ROOT / ".venv" / "bin" / "python"
    return str(python) if python.exists() else sys.executable
