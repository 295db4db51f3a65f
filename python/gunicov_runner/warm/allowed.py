"""Whether a run may be forked from the warm process."""

import functools
import importlib.metadata

from gunicov_common.versions import untried

from gunicov_runner.warm.fits import fits

PACKAGES = ("pytest", "pytest-xdist", "execnet")
SWITCHED_OFF = "it is switched off"
ENVIRONMENT = "the tests' environment makes a new interpreter start in another way"
MEASURES = "the tests measure coverage of their own"
REPLACES = "the tests' own code replaces functions of modules that are imported ahead"


def why_cold(wanted, measures):
    """Why that run (a Wanted of pytest's) needs a new interpreter, as text; None where a fork will do.

    `measures`: it measures coverage of its own.
    """
    if not wanted.warm:
        return SWITCHED_OFF
    if not fits(wanted.command.environ):
        return ENVIRONMENT
    return MEASURES if measures else untried_pytest()


@functools.lru_cache(maxsize=1)  # another one is installed: the runner is started anew
def untried_pytest():
    """Why pytest, or what it takes workers from, is of no version that was tried, as text; None where all are."""
    for name in PACKAGES:
        try:
            why = untried(name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            continue
        if why:
            return why
    return None
