"""A gunicorn config with the line `from gunicov_hook import *`: the hook comes into force around it, when all of it is loaded."""

import sys

import gunicorn.app.base
from gunicorn.arbiter import Arbiter

from .originals import REALPATH
from .source.digest import digest_of
from .source.places import is_project
from .state import STATE
from .take_over import take_over
from .user_config import CHAINED, UserConfig, execute_config, known_settings

IMPORTS = ("importlib", "importlib._bootstrap", "importlib._bootstrap_external")
DIRECT = "get_config_from_module_name"  # gunicorn's for `-c python:gunicov_hook`
LOADS = (DIRECT, "get_config_from_filename")


class Importing:
    """Who imports gunicov_hook: `config` (its namespace) and `location` of the gunicorn config, or None where it is
    no config; `again`: the hook itself executes that config, and is in force already."""

    def __init__(self, hook):
        """`hook`: the name under which it is imported."""
        self.config = self.location = None
        self.again = False
        frame = sys._getframe(1)
        while frame is not None:
            code, module = frame.f_code, frame.f_globals.get("__name__", "")
            if code is execute_config.__code__:
                self.again = True
                return
            if module == "gunicorn.app.base" and code.co_name in LOADS:
                return
            if code.co_name == "<module>" and module not in (hook, *IMPORTS):
                self.config = frame.f_globals
            frame = frame.f_back
        self.config = None  # not while gunicorn loads a config


def find_importing(name):
    """The config that imports gunicov_hook under this name, as Importing; None: gunicorn executes it itself."""
    if name == "__config__":
        return None
    importing = Importing(name)
    return importing if importing.again or has_own_config(importing) else None


def has_own_config(importing):
    config = importing.config
    if config is None:
        return False
    name = config.get("__name__")
    importing.location = config["__file__"] if name == "__config__" else f"python:{name}"
    return True


def chain_when_loaded(importing, path):
    """Put the hooks into force at the end of the load that is under way; the next ones begin with the hook."""
    STATE.config_name = "__config__"
    file = REALPATH(importing.config["__file__"])
    if is_project(file):
        STATE.hashes[file] = digest_of(file)  # gunicorn has read it a moment ago
    take_over(gunicorn.app.base, path)
    set_up = Arbiter.setup

    def setup(arbiter, app):
        Arbiter.setup = set_up
        chain(app.cfg, importing)
        set_up(arbiter, app)

    Arbiter.setup = setup


def chain(cfg, importing):
    """Put gunicov's hooks around those of a config that is loaded (gunicorn's Config)."""
    from .hooks import Hooks

    STATE.user = UserConfig(importing.location, known_settings(importing.config))
    STATE.user.is_measured = False  # its first lines: at the next load all of them are
    hooks = Hooks({name: cfg.settings[name].get() for name in CHAINED})
    for name in CHAINED:
        cfg.set(name, getattr(hooks, name))
    if "control_socket_disable" in cfg.settings and "control_socket" not in STATE.user.explicit:
        cfg.set("control_socket_disable", True)
