"""Settings that keep the numbers from being exact."""

import importlib.util
import os
import sys

from ..coverage_py.green import green_library
from ..source.loaded import loaded_project_files
from ..state import STATE


def doubtful_settings(cfg):
    """Plain warnings about what keeps the numbers from being exact."""
    warnings = []
    if cfg.reload:
        warnings.append(
            "reload = True: gunicorn restarts workers by itself, beside gunicov; switch it off"
        )
    library = green_library(cfg.worker_class)
    if library and "coverage" in sys.modules and not importlib.util.find_spec("coverage.tracer"):
        warnings.append(
            f"coverage.py was installed without its C tracer, and the other one cannot follow {library}: "
            "nothing is measured; install a version that has a wheel for this Python"
        )
    if cfg.preload_app:
        warnings.append("preload_app = True: a reload keeps the old code; switch it off")
    else:
        early = {os.path.realpath(path) for path in loaded_project_files()}
        early.discard(os.path.realpath(STATE.user.path or ""))
        if early:
            warnings.append(
                "imported in gunicorn's master, so changed only by a full restart: "
                + ", ".join(sorted(early))
            )
    return warnings
