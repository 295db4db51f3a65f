"""The versions of others with which gunicov's fast paths, and what it uses of their private names, were tried.

With another version gunicov takes the plain way: as right, and slower.
"""

import re

# The oldest and the newest; of 27 any 27.x is meant.
TRIED = {
    "gunicorn": ((20, 1), (27,)),
    "coverage": ((6, 5), (7, 17)),
    "pytest": ((7, 4), (9,)),
    "pytest-xdist": ((3,), (3,)),
    "execnet": ((2,), (2,)),
}

PLAIN_WAY = "So gunicov takes its plain way with it, which is as right, and slower."


def untried(name, version):
    """Why a version of that package (text) is none that was tried, as text; None where it is one."""
    oldest, newest = TRIED[name]
    number = tuple(int(part) for part in re.findall(r"\d+", version)[: len(newest) + 1])
    if number[: len(newest)] > newest:
        return f"{name} {version} is newer than {dotted(newest)}, the newest that was tried"
    if number[: len(oldest)] < oldest:
        return f"{name} {version} is older than {dotted(oldest)}, the oldest that was tried"
    return None


def dotted(number):
    return ".".join(map(str, number))
