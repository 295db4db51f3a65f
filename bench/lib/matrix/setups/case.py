"""Which set-ups are tried with which versions: each pair of values that goes together, once at least."""

import itertools
from typing import NamedTuple

from ..cases import cover, number
from .setup import SETUPS

GUNICORNS = ("20.1", "23", "27")
COVERAGES = ("6.5", "7.6", "newest")
CLASSES = ("sync", "gthread", "gevent")
WORKERS = (1, 2)


class SetupCase(NamedTuple):
    """One server in one set-up; fields as matrix.cases.Case has them."""

    python: str
    gunicorn: str
    coverage: str
    worker_class: str
    workers: int
    app: str  # the set-up's name

    def name(self):
        return (
            f"python {self.python}, gunicorn {self.gunicorn}, coverage {self.coverage}, "
            f"{self.worker_class}, {self.workers} workers, {self.app}"
        )


def impossible(case):
    """Why these values do not go together; None where they do."""
    setup, python = SETUPS[case.app], number(case.python)
    if number(case.gunicorn) >= (24,) and python < (3, 10):
        return "this gunicorn needs Python 3.10"
    if case.coverage != "newest" and number(case.coverage) < setup.needs:
        return "this coverage.py does not know the setting"
    # The last coverage.py for Python 3.9 knows it, the last one for 3.8 does not.
    if setup.needs and python < (3, 9):
        return "no coverage.py for this Python knows the setting"
    if case.worker_class == "gevent" and not setup.green:
        return "the app starts processes, which gevent's monkey-patch changes"
    old = {"6.5": (3, 12), "7.6": (3, 14)}.get(case.coverage)
    if case.worker_class == "gevent" and old and python >= old:
        return "this coverage's C tracer does not build there, and its other one knows no gevent"
    return None


def covering(pythons):
    """(cases, [{"case", "reason"}]) over Pythons of this machine, by version."""
    domains = (pythons, GUNICORNS, COVERAGES, CLASSES, WORKERS, tuple(SETUPS))
    every = [SetupCase(*values) for values in itertools.product(*domains)]
    possible = [case for case in every if not impossible(case)]
    skipped = {}
    for case in every:
        reason = impossible(case)
        if reason:
            skipped.setdefault(reason, case.name())
    return cover(possible), [{"case": name, "reason": reason} for reason, name in skipped.items()]
