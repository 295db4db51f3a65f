"""Runs a program whose modules have come as text (docs/protocol.md, section 1).

gunicov sends this file with a last line that calls `run`: nothing is written where it goes.
"""

import sys

# `python -c` puts the working directory first: a `json.py` or a directory `coverage` of the
# project's must not be imported in place of the real one.
sys.path[:] = [entry for entry in sys.path if entry]
sys.dont_write_bytecode = True

from importlib.machinery import ModuleSpec


class Texts:
    """Finds and loads modules by their source texts."""

    def __init__(self, texts):
        """`texts`: {path relative to the packages' folder: source}."""
        self.texts = texts

    def path(self, name):
        base = name.replace(".", "/")
        return next((p for p in (base + ".py", base + "/__init__.py") if p in self.texts), None)

    def find_spec(self, name, path=None, target=None):
        found = self.path(name)
        if found is None:
            return None
        package = found.endswith("/__init__.py")
        return ModuleSpec(name, self, origin=found, is_package=package)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        exec(compile(self.texts[path], path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102

    def get_source(self, name):
        """The text of a module: tracebacks show its lines."""
        return self.texts[self.path(name)]


def run(program, texts):
    """Import the package `program` from `texts`, and call the `main` of its `__main__`."""
    sys.meta_path.insert(0, Texts(texts))
    name = program + ".__main__"
    __import__(name)
    sys.modules[name].main()
