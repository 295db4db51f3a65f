"""Which files are gunicov's own: they are in no number of the project's."""

import os

from .state import STATE

# The packages'. In dist/gunicov_hook.py each module has a path below that file.
FOLDER = os.path.dirname(os.path.realpath(__file__))
FOLDERS = (FOLDER, os.path.join(os.path.dirname(FOLDER), "gunicov_common"))


def is_own(path):
    """Whether a real path is of the hook's files: a module of a package of gunicov's, or the config file that gunicorn executes."""
    return path == STATE.config_file or path.startswith(
        tuple(folder + os.sep for folder in FOLDERS)
    )


def own_patterns():
    """The same for coverage's `omit` (list of str): the hook's functions run in workers, too."""
    return [STATE.config_file, *(os.path.join(folder, "*") for folder in FOLDERS)]
