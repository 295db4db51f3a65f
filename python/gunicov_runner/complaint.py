"""What pytest says of a wrong command, in one line."""

import re
import sys

from gunicov_common.failure import Failure

from gunicov_runner.limits import MAX_MESSAGE
from gunicov_runner.text import without_colours

XDIST_OPTIONS = r"-n\S*|--(?:numprocesses|maxprocesses|dist|tx|px|maxschedchunk|loadscope)\S*"


def crashed(message, output):
    """Return the Failure of a test process that did not end by itself."""
    return Failure("crashed", message, "Its last output says more.", output)


def usage(output):
    """Return the Failure for pytest's exit code 4, from what it printed."""
    text = without_colours(output)
    xdist = re.search(r"error: unrecognized arguments:.*?\s(" + XDIST_OPTIONS + ")", text)
    if xdist:
        return Failure(
            "no-plugin",
            f"pytest does not know {xdist.group(1)}: pytest-xdist is not installed beside it.",
            f"{sys.executable} -m pip install pytest-xdist, or take the option out of the command.",
            output,
        )
    return Failure(
        "usage",
        usage_message(text),
        "Correct the test command: `command` under [tool.gunicov.tests].",
        output,
    )


def usage_message(text):
    """Return the one line of pytest's complaint that says what is wrong."""
    for pattern in (r"^(?!ERROR: ).*?\berror: (.+)$", r"^ERROR: (?!usage:)(.+)$"):
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return found.group(1).strip()[:MAX_MESSAGE]
    start = re.search(r"^ImportError while loading conftest.*$", text, re.MULTILINE)
    marked = re.findall(r"^E\s+(\S.*)$", text, re.MULTILINE)
    if start and marked:
        return f"{start.group(0).rstrip('.')}: {marked[-1]}"[:MAX_MESSAGE]
    lines = text.strip().splitlines()
    return lines[-1].strip()[:MAX_MESSAGE] if lines else "pytest refused its arguments."
