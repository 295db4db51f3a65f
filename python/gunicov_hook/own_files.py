"""Which files are gunicov's own: they are in no number of the project's."""

import os

from .state import STATE

# The packages'. In dist/gunicov_hook.py each module has a path below that file.
FOLDER = os.path.dirname(os.path.realpath(__file__))
FOLDERS = (FOLDER, os.path.join(os.path.dirname(FOLDER), "gunicov_common"))


def single_files():
    """The config file that gunicorn executes, and what has it executed: beside dist/gunicov_hook.py that is a file of its own."""
    beside = os.path.dirname(STATE.config_file)
    return [STATE.config_file, os.path.join(beside, "gunicov_hook", "take_over.py")]


def is_own(path):
    """Whether a real path is of the hook's files: a module of a package of gunicov's, or one of the single files."""
    return path in single_files() or path.startswith(tuple(folder + os.sep for folder in FOLDERS))


def own_patterns():
    """The same for coverage's `omit` (list of str): the hook's functions run in workers, too."""
    return [*single_files(), *(os.path.join(folder, "*") for folder in FOLDERS)]
