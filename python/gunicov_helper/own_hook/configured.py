"""Where a server's own hook writes, as far as its configuration tells."""

import os
import re

from gunicov_helper.files import read_bytes
from gunicov_helper.own_hook.data_directory import DataDirectory
from gunicov_helper.process.config_file import ConfigFile
from gunicov_helper.report.environment import Environment


def own_data(master, configured):
    """The DataDirectory of a server whose own hook measures it, or None.

    It is what the configuration says (`coverage_dir`), or COVERAGE_FILE in the master's
    environment, or what coverage.py's configuration there says, given that the server measures
    itself: COVERAGE_PROCESS_START is set, or its gunicorn config speaks of coverage.
    """
    cwd, environment = master.cwd() or "/", master.environment or {}
    if configured:
        return DataDirectory(os.path.join(cwd, configured), ".coverage")
    named = environment.get("COVERAGE_FILE")
    started = environment.get("COVERAGE_PROCESS_START")
    if not named and (started or config_speaks_of(master, COVERAGE_WORD)):
        named = configured_data_file(cwd, environment, started)
    if not named:
        return None
    return DataDirectory(*os.path.split(os.path.join(cwd, named)))


def configured_data_file(cwd, environment, started):
    """coverage.py's data file (path) as configured there; None where nothing speaks for one."""
    try:
        import coverage
    except ImportError:
        return None
    back = os.getcwd()
    try:
        os.chdir(cwd)
        with Environment(environment):
            measured = coverage.Coverage(config_file=started or True)
            name = measured.get_option("run:data_file")
            parallel = measured.get_option("run:parallel")
    except (OSError, coverage.CoverageException):
        return None
    finally:
        os.chdir(back)
    return name if started or parallel or os.path.basename(name) != name else None


COVERAGE_WORD = re.compile(rb"\bcoverage\b")
DELETING_WORD = re.compile(rb"\b(rmtree|unlink|remove|rmdir|erase|rm)\b")


def config_speaks_of(master, words):
    """Whether the text of a master's gunicorn config file has one of these words (a pattern)."""
    body = read_bytes(os.path.join(master.cwd() or "/", gunicorn_config(master))) or b""
    return words.search(body) is not None


def gunicorn_config(master):
    """The path of a master's gunicorn config file, as its command line or environment has it."""
    path = ConfigFile(master).read or "gunicorn.conf.py"
    return path[5:] if path.startswith("file:") else path
