"""Which files are gunicov's own: they are in no number of the project's."""

import os

from .state import STATE

# The package's. In dist/gunicov_hook.py each module has a path below that file.
FOLDER = os.path.dirname(os.path.realpath(__file__))


def is_own(path):
    """Whether a real path is of the hook's files: a module of the package, or the config file that gunicorn executes."""
    return path == STATE.config_file or path.startswith(FOLDER + os.sep)


def own_patterns():
    """The same for coverage's `omit` (list of str): the hook's functions run in workers, too."""
    return [STATE.config_file, os.path.join(FOLDER, "*")]
