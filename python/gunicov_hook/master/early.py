"""What the master imported before it was measured."""

import sys

from ..coverage_py.options import option
from ..originals import REALPATH
from ..source.places import is_project
from ..state import STATE
from .measure import is_measurable


def imported_too_early(mine):
    """In a worker: files that coverage measures and that the master imported when it did not measure them. `early`:
    also a new start would not; `widened`: it would (lists of str).

    Not what the interpreter runs by itself before any program (`coverage run` does not measure it either),
    nor what no report names.
    """
    early, widened = set(), set()
    anew = is_measurable(mine.coverage)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name not in STATE.forked_with or not isinstance(path, str):
            continue
        if name in ("sitecustomize", "usercustomize"):
            continue
        if name == "__main__" and not is_project(path):
            continue  # gunicorn's own script
        if not STATE.measures(path, name):
            continue
        real = REALPATH(path)
        if not is_traced(real, mine.inherited.get(real)):
            known = name in STATE.master.before or STATE.master.failed
            (widened if anew and not known else early).add(real)
    is_reported = reported(STATE.measures.cov)
    return {
        "early": sorted(filter(is_reported, early)),
        "widened": sorted(filter(is_reported, widened)),
    }


def is_traced(real, digest):
    """Whether the master measured a file of these bytes as it imported it."""
    known = STATE.master.traced.get(real)
    return known is not None and known[2] == digest and not STATE.master.failed


def reported(cov):
    """Whether a file may be in a report, by `[report] include` and `omit`, as a function of its path."""
    included, omitted = option(cov, "report:include"), option(cov, "report:omit")
    try:
        from coverage import files

        matcher = getattr(files, "GlobMatcher", None) or files.FnmatchMatcher
        within = matcher(files.prep_patterns(included)) if included else None
        without = matcher(files.prep_patterns(omitted)) if omitted else None
    except (ImportError, AttributeError, TypeError):
        return lambda path: True  # another version's: it may be

    def is_reported(path):
        if within is not None and not within.match(path):
            return False
        return without is None or not without.match(path)

    return is_reported
