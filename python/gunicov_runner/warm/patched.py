"""Whether the tests' own code has put something else in the place of functions and classes of other modules.

gevent's `monkey.patch_all()` does so, truststore, and many a conftest.py. What is imported after that takes the new
ones; a module that was imported ahead of it may have kept the old ones.
"""

import itertools
import sys

# What pytest puts there itself, in each run.
BY_PYTEST = {"threading.excepthook"}
OF_PYTEST = ("_pytest", "pytest", "pluggy", "xdist", "execnet", "gunicov_runner", "gunicov_common")


class Originals:
    """The functions and classes of all modules as they are now."""

    def __init__(self):
        self.values = {}  # name -> (the values' ids, names -> values)
        for name, module in list(sys.modules.items()):
            found = getattr(module, "__dict__", None)
            if found and name not in ("sys", "builtins", "__main__") and not of_pytest(name):
                kept = dict(found)  # which keeps the ids from being used again
                self.values[name] = (list(map(id, kept.values())), kept)

    def replaced(self):
        """Names (`module.name`) of those that something else has taken the place of since."""
        found = []
        for name, (ids, values) in self.values.items():
            module = sys.modules.get(name)
            now = getattr(module, "__dict__", None)
            if now is None or list(map(id, itertools.islice(now.values(), len(ids)))) == ids:
                continue
            found += [f"{name}.{key}" for key, old in values.items() if is_other(old, now.get(key))]
        return sorted(set(found) - BY_PYTEST)


def is_other(old, new):
    """Whether `new` is the work of somebody else than pytest."""
    if new is old or not (callable(old) and callable(new)):
        return False
    return not of_pytest(getattr(new, "__module__", None))


def of_pytest(name):
    return isinstance(name, str) and name.partition(".")[0] in OF_PYTEST
