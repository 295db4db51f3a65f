"""Coverage objects, as the user has configured them."""

import contextlib

from ..own_files import own_patterns
from .options import configured_sources, coverage_config
from .version import untried_coverage

# Warnings of coverage's that are a worker's to give.
SILENT = [
    "no-data-collected",
    "module-not-imported",
    "module-not-measured",
    "already-imported",
    "no-sysmon",
]


def telling(coverage):
    """The class Coverage, whose warnings are also kept, and which is watched till it stops."""

    class Telling(coverage.Coverage):
        watch = None  # TracerWatch

        def _warn(self, msg, slug=None, *args, **named):
            # Before all else, also before its own __init__ has ended.
            vars(self).setdefault("told", []).append([slug, msg])
            super()._warn(msg, slug, *args, **named)

        def stop(self):  # its own exit handler calls it, too, before ours
            if self.watch:
                self.watch.look()
            super().stop()

    return Telling


def coverage_warnings(cov):
    """[[slug or None, text]] of what coverage has warned of, each once, with those that the
    configuration disables: they may say that the data is wrong."""
    told = vars(cov).get("told") or []
    return [list(one) for one in dict.fromkeys(map(tuple, told)) if one[0] != "no-data-collected"]


def make_coverage(data_file):
    """A Coverage as the user configured it, writing to `data_file`."""
    import coverage

    # With a suffix, because a process that the worker forks may save, too.
    suffix = True if data_file else None
    cov = telling(coverage)(data_file=data_file, data_suffix=suffix, config_file=coverage_config())
    if data_file is None:  # else it makes the configured file's directory, or fails to
        cov.set_option("run:data_file", ".coverage")
    configured_sources(cov)
    # The hook's functions run in the worker, and must not show up among the user's.
    cov.set_option("run:omit", [*(cov.get_option("run:omit") or []), *own_patterns()])
    # A worker that served nothing is an everyday thing here, and saved/ says so.
    quiet = cov.get_option("run:disable_warnings") or []
    cov.set_option("run:disable_warnings", [*quiet, "no-data-collected"])
    return cov


def only_measure(cov):
    """Keep a Coverage of ours in the master from all else that a configuration may ask of it."""
    cov.set_option("run:concurrency", ["thread"])
    cov.set_option("run:disable_warnings", SILENT)
    for name, value in (("sigterm", False), ("patch", [])):  # patch is known from 7.10 on
        with contextlib.suppress(Exception):
            cov.set_option(f"run:{name}", value)


def find_no_files(cov):
    """Keep a Coverage from looking through its source directories for what nobody imported: workers do."""
    if untried_coverage():
        return
    with contextlib.suppress(AttributeError):
        cov._inorout.find_possibly_unexecuted_files = lambda: ()
