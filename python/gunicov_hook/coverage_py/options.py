"""coverage.py's settings, and the directory from which they count."""

import contextlib
import os

from ..state import STATE, working_directory


def coverage_config():
    """What to give coverage.py as config_file: a path, or True for its own search."""
    return (
        os.environ.get("GUNICOV_COVERAGE_CONFIG")
        or os.environ.get("COVERAGE_PROCESS_START")
        or True
    )


def configured_sources(cov):
    """Apply GUNICOV_SOURCE where the configuration names no source. Returns what is measured."""
    for name in ("run:source", "run:source_pkgs", "run:source_dirs", "run:include"):
        if option(cov, name):
            return option(cov, name)
    wanted = [p for p in os.environ.get("GUNICOV_SOURCE", "").split(os.pathsep) if p]
    if wanted:
        cov.set_option("run:source", wanted)
    return wanted


def option(cov, name):
    """A setting of coverage's; None where this version does not know it."""
    try:
        return cov.get_option(name)
    except Exception:  # noqa: BLE001 - its class is another one in each version
        return None


def imports_to_start(cov):
    """Whether coverage, to find a package that it is to measure, imports the one that this is in."""
    names = [*(option(cov, "run:source_pkgs") or []), *(option(cov, "run:source") or [])]
    return any("." in name and not os.path.isdir(name) for name in names)


@contextlib.contextmanager
def where_started():
    """Be where gunicorn was started. From there coverage.py, run from the command line, searches its
    configuration and counts relative paths; `chdir` of gunicorn's settings comes later."""
    here, there = working_directory(), STATE.started_in
    if there in (None, here):
        yield
        return
    os.chdir(there)
    try:
        yield
    finally:
        if here:
            os.chdir(here)
