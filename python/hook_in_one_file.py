"""gunicov's hook as one file, for a server into which a single file is copied: `gunicorn -c gunicov_hook.py app:app`.

`npm run build` makes dist/gunicov_hook.py of this one and the modules in python/gunicov_hook/ and python/gunicov_common/, which it carries as
texts. What it does, and its environment: python/gunicov_hook.py and docs/protocol.md, section 5, of gunicov.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

# Name of a package -> its folder in python/.
PACKAGES = {"_gunicov_hook": "gunicov_hook", "gunicov_common": "gunicov_common"}
# Path in python/ -> source. A file that has none yet is no hook.
TEXTS = {}


class Texts:
    """Finds and loads the packages' modules by their texts, each with a path below this file."""

    def __init__(self, texts, place):
        """`texts`: {path in python/: source}; `place`: this file's path."""
        self.texts, self.place = texts, place

    def path(self, name):
        package, _, module = name.partition(".")
        base = "{}/{}".format(PACKAGES.get(package), module.replace(".", "/"))
        return next((p for p in (base + ".py", base + "/__init__.py") if p in self.texts), None)

    def find_spec(self, name, path=None, target=None):
        found = self.path(name)
        if found is None:
            return None
        origin, package = os.path.join(self.place, found), found.endswith("/__init__.py")
        return importlib.machinery.ModuleSpec(name, self, origin=origin, is_package=package)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__file__ = path = module.__spec__.origin
        text = self.get_source(module.__name__)
        exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102

    def get_source(self, name):
        """The text of a module: tracebacks show its lines."""
        return self.texts[self.path(name)]


def add_packages():
    """Once, at the master's start; reloads go on with what is in memory."""
    # Last: what the app imports is found without it.
    sys.meta_path.append(Texts(TEXTS, os.path.realpath(__file__)))
    for name in PACKAGES:
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        sys.modules[name] = importlib.util.module_from_spec(spec)


if not sys.modules.keys() >= PACKAGES.keys():
    add_packages()
globals().update(importlib.import_module("_gunicov_hook.config").settings(__name__, __file__))
