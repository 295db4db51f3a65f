"""The real command where server and tests are played (programs/): an installation of its own, and a project."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLAYED = ("gunicov_helper", "gunicov_runner")

# gunicov starts it, and the played helper says that it is gunicorn.
CONFIG = '[tool.gunicov.server]\ncommand = ["sleep", "100000"]\n'


def install(folder):
    """A copy of the built command whose injected programs are played; gives (command, project)."""
    for name in ("bin", "dist"):
        shutil.copytree(ROOT / name, folder / "installed" / name)
    shutil.copy(ROOT / "package.json", folder / "installed")
    python = folder / "installed" / "python"
    python.mkdir()
    for name in ("inject.py", "guard.py", "gunicov_hook.py"):
        shutil.copy(ROOT / "python" / name, python)
    for name in ("gunicov_hook", "gunicov_common"):
        shutil.copytree(ROOT / "python" / name, python / name)
    for name in PLAYED:
        shutil.copytree(ROOT / "bench" / "lib" / "screen" / "programs" / name, python / name)
    project = folder / "project"
    project.mkdir()
    (project / "gunicov.toml").write_text(CONFIG)
    return folder / "installed" / "bin" / "gunicov", project


def paths(count):
    """The report's paths in the order of the table."""
    sys.path.insert(0, str(ROOT / "bench" / "lib" / "screen" / "programs"))
    from gunicov_helper.__main__ import path

    return sorted((path(number) for number in range(count)), key=in_order)


def in_order(path):
    """coverage.py's own order of files: numbers by their value."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path)]
