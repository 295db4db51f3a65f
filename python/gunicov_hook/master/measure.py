"""What the master runs of the project is measured."""

import importlib.util

from ..coverage_py.coverages import find_no_files, make_coverage, only_measure
from ..coverage_py.options import imports_to_start, option, where_started
from ..source.measures import Measures
from ..source.places import is_project
from ..state import STATE


def measure_master():
    """Measure what the master runs of the project: its config and the hooks there, and what these, a worker
    class of the project's own or preload_app import. A cold run does so, too.

    In turns: the master's start (at a reload: its config, where it has changed), which counts for every
    generation from then on, and what is run while a generation lives. gunicorn's reload itself is in neither.
    The settings may change under way: branches are measured always, from which the lines follow, by real paths.
    """
    try:
        import coverage

        stop_measuring_master()
        with where_started():
            cov = make_coverage(None)
            if not is_measurable(cov):
                return  # workers tell what is missing
            only_measure(cov)
            for name, value in (("branch", True), ("relative_files", False), ("context", None)):
                cov.set_option(f"run:{name}", value)
            cov.start()
            STATE.measures = Measures(cov)
        find_no_files(cov)
    except ImportError:
        return  # there is no coverage, or it is broken
    except Exception as error:  # noqa: BLE001 - the server goes before its measurement
        STATE.errors.append(f"gunicorn's master is not measured: {error}")
        return
    STATE.master.coverage = cov
    assert coverage.Coverage.current() is cov


def is_measurable(cov):
    """Whether the master can be measured: not where that would import code of the project's there."""
    return not (imports_to_start(cov) or has_plugins_of_ours(cov))


def has_plugins_of_ours(cov):
    """Whether a plugin of coverage's is code of the project."""
    names = [name.partition(".")[0] for name in option(cov, "run:plugins") or []]
    specs = [importlib.util.find_spec(name) for name in names]
    return any(spec is not None and is_project(spec.origin or "") for spec in specs)


def stop_measuring_master():
    """What has run of the project since `measure_master`: {path: arcs}."""
    cov, STATE.master.coverage = STATE.master.coverage, None
    if cov is None:
        return {}
    cov.stop()
    data = cov.get_data()
    ran = {path: set(data.arcs(path)) for path in data.measured_files() if data.arcs(path)}
    STATE.master.tracers.update({path: data.file_tracer(path) for path in ran})
    return ran


def decide_for_workers():
    """Decide beforehand, once for all workers, which modules of the master coverage measures."""
    if STATE.measures:
        STATE.measures.decide_all()
