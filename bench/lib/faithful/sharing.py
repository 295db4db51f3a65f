"""What each of xdist's ways to share out tests promises."""


def broken(dist, starts):
    """Which promise a run broke (str), or None. `starts`: (worker, test) in their order."""
    if dist in ("loadscope", "loadfile"):
        return scattered(starts, scope if dist == "loadscope" else lambda test: test.split("::")[0])
    return None


def scope(test):
    return test.rsplit("::", 1)[0]


def scattered(starts, key):
    """A group of tests that more than one worker ran."""
    homes = {}
    for worker, test in starts:
        if homes.setdefault(key(test), worker) != worker:
            return f"{key(test)} is run by two workers"
    return None
