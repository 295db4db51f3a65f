"""What master.json says of coverage."""

import os

from ..coverage_py.coverages import coverage_warnings, make_coverage, only_measure
from ..coverage_py.options import (
    configured_sources,
    coverage_config,
    imports_to_start,
    option,
    where_started,
)
from ..source.digest import digest_of
from ..state import STATE


def import_coverage():
    """Import coverage before the fork, so that no worker has to. Its version, or None."""
    try:
        import coverage
        import coverage.sqldata  # a slow part of a first start()
    except Exception:  # noqa: BLE001 - a broken install is no reason for the server not to start
        return None
    return coverage.__version__


def warm_coverage(cov):
    """Start and stop coverage once in the master: what its first start() computes (paths of the
    installation, regular expressions) is then there in each fork. It leaves nothing behind: no
    data, and none of the handlers and patches that a configuration may ask for."""
    import coverage

    if coverage.Coverage.current() or option(cov, "run:plugins") or imports_to_start(cov):
        return
    only_measure(cov)
    cov.start()
    cov.stop()


def settings_files():
    """{path: sha256, None where there is none} of the files in which coverage looks for its settings, in its order."""
    named = coverage_config()
    if named in (True, ".coveragerc"):
        named = os.environ.get("COVERAGE_RCFILE")
    usual = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
    return {os.path.abspath(name): digest_of(name) for name in ([named] if named else usual)}


def settings_read(looked_at, chosen):
    """Those that decide: the chosen one, and what would win over it. And the user's gunicorn config where there
    is none yet; that of one that was executed is with the project's other hashes."""
    read = {}
    for path, digest in looked_at.items():
        read[path] = digest
        if path == chosen:
            break
    if STATE.user.path is None and not os.environ.get("GUNICOV_USER_CONFIG"):
        read.setdefault(os.path.abspath("gunicorn.conf.py"), None)
    return read


def describe_coverage():
    """What master.json says of coverage; a configuration that it refuses becomes a warning."""
    version = import_coverage()
    described = {"coverage": version, "coverage_config": None, "source": [], "branch": False}
    described.update(read={}, warnings=[])
    if version is None:
        described["warnings"].append(
            "the coverage package cannot be imported by the server's Python; nothing is measured"
        )
        return described
    try:
        with where_started():
            described["read"] = looked_at = settings_files()  # before coverage does
            cov = make_coverage(None)
            config_file = getattr(cov.config, "config_file", None)
            described["coverage_config"] = config_file and os.path.abspath(config_file)
            described["read"] = settings_read(looked_at, described["coverage_config"])
            described["source"] = configured_sources(cov)
            described["branch"] = bool(cov.get_option("run:branch"))
            relative, context = option(cov, "run:relative_files"), option(cov, "run:context")
            STATE.master.form = described["branch"], bool(relative), context
            described["warnings"] += [f"coverage.py: {text}" for _, text in coverage_warnings(cov)]
            if STATE.generation == 0:
                warm_coverage(cov)
    except Exception as error:  # noqa: BLE001 - plugins are imported here too
        described["warnings"].append(f"coverage refuses its configuration: {error}")
    return described
