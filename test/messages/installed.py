"""What the programs beside gunicov know, in the versions that are installed here."""

import subprocess
import sys


def known():
    """Return the settings and options of gunicorn, coverage.py and pytest that are installed here (lists of names)."""
    from coverage.config import CoverageConfig
    from gunicorn.config import KNOWN_SETTINGS

    command = [sys.executable, "-m", "pytest", "--help", "-p", "no:cacheprovider"]
    return {
        "settings": [one.name for one in KNOWN_SETTINGS]
        + [one[1].split(":")[-1] for one in CoverageConfig.CONFIG_FILE_OPTIONS],
        "flags": [flag for one in KNOWN_SETTINGS for flag in one.cli or ()],
        "pytest": subprocess.run(command, capture_output=True, text=True, check=True).stdout,
    }
