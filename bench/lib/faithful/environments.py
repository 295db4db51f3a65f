"""A virtual environment for each set of packages, kept in a cache."""

import hashlib
import re
import shutil
import sys
import threading

from matrix import places

LOCKS, LOCK = {}, threading.Lock()


def environment(cache, wanted):
    """The directory of an environment with these packages (pip's ranges), made where it is not there yet.

    Raises places.CannotInstall with pip's own reason.
    """
    text = " ".join((f"{sys.version_info[0]}.{sys.version_info[1]}", *sorted(wanted)))
    words = re.sub(r"[^\w.]+", "-", re.sub(r"[<>=,][^\s]*", "", text))
    place = cache / f"{words[:80]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    with LOCK:
        lock = LOCKS.setdefault(place, threading.Lock())
    with lock:
        if not (place / ".complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            make(place, wanted)
            (place / ".complete").touch()
    return place


def make(place, wanted):
    """pip is ours, so that none has to be installed first."""
    places.run([sys.executable, "-m", "venv", "--without-pip", str(place)], "venv")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    python = str(place / "bin" / "python")
    places.run([*pip, "--python", python, "install", "--prefer-binary", *wanted], "pip")
