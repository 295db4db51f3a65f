"""What an import leaves behind that forks share: open files, random numbers."""

import os
import random
import re
import sys

SHARED_LIBRARY = re.compile(r"\.so(\.[0-9]+)*$")


def descriptors():
    """What each open descriptor is: {its number (str): its path}.

    Not that of a shared library: libffi keeps its own open, to map it, once a program has a callback of ctypes'
    (numpy has). Nobody reads from it, so that it may be shared.
    """
    found = {}
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for name in names:
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # that of the listing itself
    return {
        name: path
        for name, path in found.items()
        if not path.endswith("/fd") and not SHARED_LIBRARY.search(path)
    }


def reseed():
    """Have random numbers begin anew in a fork; Python's own do so by themselves."""
    random.seed()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
