"""What coverage.py is set to do in the workers: asked of coverage.py itself, in a forked process."""

import contextlib
import importlib
import importlib.util
import io
import os
import sys

from gunicov_helper.report.environment import Environment
from gunicov_helper.session import import_coverage

MOST_FILES = 200  # whose measurement is asked for


def measurement(folder, path, environment, files):
    """What coverage.py says (dict; `version` None: there is no package), for a master that was started in
    `folder`, with this sys.path and this environment. `files` are paths of the app.

    To be called in a process that ends with it: it goes there, imports plugins, and starts coverage.py.
    """
    found = {"version": None, "core": None, "config": None, "error": None, "source": []}
    found.update(missing=[], plugins=[], measured=None, asked=0, ignored=[], outside=[])
    found["reason"] = None
    with contextlib.suppress(OSError):
        os.chdir(folder)
    import_coverage(path)
    sys.path[:] = [*path, *(each for each in sys.path if each and each not in path)]
    try:
        coverage = importlib.import_module("coverage")
    except Exception as error:  # noqa: BLE001 - a broken install is what is looked for
        if not isinstance(error, ModuleNotFoundError):
            found["error"] = one_line(error)
        return found
    found["version"] = coverage.__version__
    with Environment(environment), contextlib.redirect_stderr(io.StringIO()):
        try:
            configured(coverage, environment or {}, files, found)
        except Exception as error:  # noqa: BLE001 - of its configuration, or of a plugin
            found["error"] = one_line(error)
    return found


def configured(coverage, environment, files, found):
    named = environment.get("GUNICOV_COVERAGE_CONFIG") or environment.get("COVERAGE_PROCESS_START")
    if named and not os.path.isfile(named):
        found["config"] = os.path.abspath(named)
    cov = coverage.Coverage(data_file=None, config_file=named or True)
    config = getattr(cov.config, "config_file", None)
    found["config"] = config and os.path.abspath(config)
    names = ("run:source", "run:source_pkgs", "run:source_dirs", "run:include")
    wanted = next((value for value in (option(cov, name) for name in names) if value), None)
    if not wanted:
        wanted = [each for each in environment.get("GUNICOV_SOURCE", "").split(os.pathsep) if each]
        if wanted:
            cov.set_option("run:source", wanted)
    found["source"] = list(wanted)
    if not option(cov, "run:include"):
        found["missing"] = [name for name in wanted if not is_there(name)]
    found["plugins"] = [plugin(name) for name in option(cov, "run:plugins") or []]
    if any(each["error"] for each in found["plugins"]):
        return
    cov.set_option(
        "run:disable_warnings", ["no-data-collected", "module-not-imported", "no-sysmon"]
    )
    cov.start()
    cov.stop()
    found["core"] = core_of(cov)
    with contextlib.suppress(AttributeError, TypeError):
        asked = files[:MOST_FILES]
        reasons = [cov._inorout.check_include_omit_etc(path, None) for path in asked]
        found["measured"] = sum(reason is None for reason in reasons)
        found["asked"] = len(reasons)
        found["ignored"] = [path for path, reason in zip(asked, reasons) if reason]
        # Who omits a file has named it; what `source` does not name may have been forgotten.
        found["outside"] = [path for path, why in zip(asked, reasons) if why and "omit" not in why]
        found["reason"] = next((reason for reason in reasons if reason), None)


def option(cov, name):
    try:
        return cov.get_option(name)
    except Exception:  # noqa: BLE001 - this version does not know it
        return None


def is_there(name):
    """Whether a `source` of coverage.py's is a directory, or a module that can be found."""
    if os.path.isdir(name):
        return True
    try:
        return importlib.util.find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def plugin(name):
    try:
        module = importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
        return {"name": name, "error": one_line(error)}
    lacks = (
        None if hasattr(module, "coverage_init") else "it has no coverage_init, so it is no plugin"
    )
    return {"name": name, "error": lacks}


def core_of(cov):
    """How coverage.py traces, in its own word (`CTracer`, `PyTracer`, `SysMonitor`), or None."""
    with contextlib.suppress(Exception):
        about = dict(cov.sys_info())
        core = about.get("core")
        if core and core != "-none-":
            return str(core)
        collector = getattr(cov, "_collector", None)
        return collector.tracer_name() if collector else None
    return None


def one_line(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else ''}".rstrip(": ")
