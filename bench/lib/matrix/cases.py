"""Which combinations there are, and a set of cases in which every possible pair of values occurs."""

import itertools
from typing import NamedTuple

GUNICORNS = ("20.1", "21.2", "22", "23", "24", "25", "26", "27")
COVERAGES = ("6.5", "7.6", "newest")
CLASSES = ("sync", "gthread", "gevent", "uvicorn", "asgi")
WORKERS = (1, 2, 8)
APPS = ("plain", "demo")  # `plain` is apps/wsgi.py or apps/asgi.py, `demo` the XY game under Flask


class Case(NamedTuple):
    """One server: `python` is a version like "3.11", or "3.14-debian" for Debian's in a container; the
    packages' versions as pip takes them."""

    python: str
    gunicorn: str
    coverage: str
    worker_class: str
    workers: int
    app: str

    def name(self):
        return (
            f"python {self.python}, gunicorn {self.gunicorn}, coverage {self.coverage}, "
            f"{self.worker_class}, {self.workers} workers, {self.app}"
        )


def number(version):
    """(3, 14) of "3.14" and of "3.14-debian"."""
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def speaks_asgi(worker_class):
    return worker_class in ("uvicorn", "asgi")


def impossible(first, second):
    """Why two values, each ("field", value), do not exist together; None where they do.

    What has no wheel (coverage 6.5 for Python 3.12) is built from its source.
    """
    pair = dict([first, second])
    python = number(pair["python"]) if "python" in pair else None
    gunicorn = number(pair["gunicorn"]) if "gunicorn" in pair else None
    kind, app = pair.get("worker_class"), pair.get("app")
    if gunicorn and kind == "asgi" and gunicorn < (24,):
        return "this gunicorn has no asgi worker of its own"
    if python and gunicorn and gunicorn >= (24,) and python < (3, 10):
        return "this gunicorn needs Python 3.10"
    if python and app == "demo" and python < (3, 10):
        return "the demo uses match statements"
    if kind and app == "demo" and speaks_asgi(kind):
        return "the demo is a WSGI application"
    return None


def refused(case):
    """Why three values do not go together; None where they do."""
    python = number(case.python)
    old = {"6.5": (3, 13), "7.6": (3, 14)}.get(case.coverage)
    if case.worker_class == "gevent" and old and python >= old:
        return "this coverage's C tracer does not build there, and its other one knows no gevent"
    return None


def pairs_of(case):
    return set(itertools.combinations(case._asdict().items(), 2))


def covering(pythons):
    """Cases in which each pair of values that can exist occurs, greedily few, always the same.

    Returns (cases, skipped), where skipped is [{"case": text, "reason": text}] of the pairs that
    cannot exist.
    """
    domains = (pythons, GUNICORNS, COVERAGES, CLASSES, WORKERS, APPS)
    every = [Case(*values) for values in itertools.product(*domains)]
    possible = [
        case
        for case in every
        if not refused(case) and not any(impossible(*pair) for pair in pairs_of(case))
    ]
    wanted = set().union(*map(pairs_of, possible))
    threes = {
        f"python {case.python}, coverage {case.coverage}, {case.worker_class}": refused(case)
        for case in every
        if refused(case)
    }
    cases = cover(possible)
    skipped = [{"case": text, "reason": reason} for text, reason in threes.items()]
    return cases, skipped_pairs(every, wanted) + skipped


def cover(possible):
    """Of possible cases greedily few in which each of their pairs of values occurs, always the same."""
    pairs = {case: pairs_of(case) for case in possible}
    cases, left = [], set().union(*pairs.values())
    while left:
        best = max(possible, key=lambda case: len(pairs[case] & left))
        cases.append(best)
        left -= pairs[best]
    return cases


def skipped_pairs(every, wanted):
    skipped = []
    seen = set()
    for case in every:
        for pair in itertools.combinations(case._asdict().items(), 2):
            if pair in wanted or pair in seen:
                continue
            seen.add(pair)
            (a, b), (c, d) = pair
            reason = impossible(*pair) or "no version of the rest fits both"
            skipped.append({"case": f"{a} {b} with {c} {d}", "reason": reason})
    return skipped
