"""Switches of what is done for speed alone. GUNICOV_WITHOUT names what is off, with commas between: for a measurement of
what it wins (bench/ablate), and to find out whether one of them is to blame for something.

preload        libraries are imported in the master
code           code that has not changed is compiled once
joins          which lines are one statement is worked out once
quick-start    coverage's start asks for the same paths once
real-paths     the links of a directory's path are followed once
early-end      old workers go while the master prepares the next ones
report-first   the report comes before the end of old workers and the start of new ones
hasten-end     the end of old workers is noticed at once
"""

import os

OFF = frozenset(word.strip() for word in os.environ.get("GUNICOV_WITHOUT", "").split(","))


def is_on(name):
    """Tell whether a fast path may be taken."""
    return name not in OFF
