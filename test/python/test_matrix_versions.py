"""Which versions bench/matrix tries together, and what it skips and why."""

import itertools
import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "bench" / "lib"))
from matrix import cases
from matrix.setups import case as setups

PYTHONS = ("3.8", "3.11", "3.13", "3.14-debian")
WANTED, SKIPPED = cases.covering(PYTHONS)


def test_each_pair_of_values_is_a_case_or_is_skipped_with_its_reason():
    assert len(WANTED) >= 30
    tried = set().union(*map(cases.pairs_of, WANTED))
    reasons = {one["case"]: one["reason"] for one in SKIPPED}
    values = {name: {getattr(case, name) for case in WANTED} for name in cases.Case._fields}
    assert values["gunicorn"] == set(cases.GUNICORNS)
    assert values["python"] == set(PYTHONS)
    for (a, these), (c, those) in itertools.combinations(values.items(), 2):
        for b, d in itertools.product(these, those):
            assert ((a, b), (c, d)) in tried or reasons[f"{a} {b} with {c} {d}"]


def test_what_cannot_exist_is_no_case():
    assert not any(case.worker_class == "asgi" and case.gunicorn == "23" for case in WANTED)
    told = {one["case"]: one["reason"] for one in SKIPPED}
    assert "no asgi worker" in told["gunicorn 23 with worker_class asgi"]
    assert "C tracer" in told["python 3.14-debian, coverage 6.5, gevent"]


def test_each_set_up_is_tried_with_each_version_that_it_can_have():
    there, _ = setups.covering(("3.8", "3.9", "3.10", "3.11", "3.12", "3.13"))
    assert len(WANTED) + len(there) >= 120
    for name in setups.SETUPS:
        mine = [case for case in there if case.app == name]
        assert {case.gunicorn for case in mine} == set(setups.GUNICORNS), name
        assert {case.coverage for case in mine} >= {"newest"}, name
        assert {case.worker_class for case in mine} >= {"sync", "gthread"}, name
