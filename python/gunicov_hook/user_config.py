"""The user's own gunicorn config: found, executed, checked."""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import io
import os
import sys

import gunicorn
import gunicorn.config
import gunicorn.util

from .failure import format_failure
from .state import STATE

CHAINED = (
    "on_starting",
    "when_ready",
    "on_reload",
    "pre_fork",
    "post_fork",
    "post_worker_init",
    "pre_request",
    "worker_abort",
    "child_exit",
    "worker_exit",
)


class UserConfig:
    """The user's gunicorn config: `exports` (settings by name) and `hooks` (resolved callables).

    `hooks` holds gunicorn's own defaults where the user has none: ours replace those too.
    """

    def __init__(self, path, exports):
        self.path = path
        self.is_measured = True  # from its first line on, if coverage measures it
        self.exports = exports
        self.explicit = frozenset(exports)
        trial = gunicorn.config.Config()
        for name, value in exports.items():
            trial.set(name.lower(), value)
        self.hooks = {name: trial.settings[name].get() for name in CHAINED}
        self.trial = trial

    def check(self):
        """Raise what gunicorn would only find when it is too late for the master to live on."""
        uri = self.trial.settings["worker_class"].get()
        if isinstance(uri, str):
            gunicorn.util.load_class(uri)
        self.trial.address  # noqa: B018 - a property that parses `bind`
        self.trial.env  # noqa: B018 - and this one `raw_env`
        if hasattr(self.trial, "validate"):
            with contextlib.redirect_stderr(io.StringIO()):  # gunicorn says it again itself
                self.trial.validate()


def user_config_location():
    """Where the user's own config is (a path, or python:module), or None."""
    named = os.environ.get("GUNICOV_USER_CONFIG")
    if named:
        return named[len("file:") :] if named.startswith("file:") else named
    default = os.path.abspath("gunicorn.conf.py")
    if not os.path.isfile(default) or os.path.samefile(default, STATE.config_file):
        return None  # gunicov_hook.py may itself be installed under that name
    return default


def execute_config(location):
    """The names that a gunicorn config defines, executed as gunicorn does."""
    if location.startswith("python:"):
        return vars(importlib.import_module(location[len("python:") :]))
    path = os.path.abspath(location)
    loader = importlib.machinery.SourceFileLoader("__config__", path)
    spec = importlib.util.spec_from_file_location("__config__", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["__config__"] = module
    loader.exec_module(module)
    return vars(module)


def known_settings(names):
    """What is a setting of gunicorn's among the names that a config defines ({name: value})."""
    known = {setting.name for setting in gunicorn.config.KNOWN_SETTINGS}
    return {name: value for name, value in names.items() if name in known}


def load_user_config():
    """Execute the user's config.

    At the first start an error of theirs is raised, and gunicorn ends as it would without us. At a
    reload that would kill the master: the last good settings stay, and the error is recorded.
    """
    STATE.config_error = None
    try:
        location = user_config_location()
        names = execute_config(location) if location else {}
        config = UserConfig(location, known_settings(names))
        if STATE.user:
            config.check()
    except (Exception, SystemExit) as error:
        if STATE.user is None:
            raise
        STATE.config_error = format_failure(error)
    else:
        STATE.user = config
    return STATE.user


def forget_config():
    """Have `-c python:gunicov_hook` execute the config file anew at the next reload, as a path is."""
    if STATE.config_name != "__config__":
        sys.modules.pop(STATE.config_name, None)
