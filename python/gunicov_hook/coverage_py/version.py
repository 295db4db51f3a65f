"""The version of coverage.py in this process."""

import sys

from gunicov_common.versions import untried


def untried_coverage():
    """Why this version of coverage.py is none that gunicov was tried with (text), or None: then what is private of it, and
    only wins time, may be used."""
    coverage = sys.modules.get("coverage")
    return untried("coverage", coverage.__version__) if coverage else None
