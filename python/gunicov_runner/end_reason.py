"""Why pytest (or another program) ended as it did although no test failed, in one line."""

import re

from gunicov_runner.limits import MAX_MESSAGE
from gunicov_runner.text import without_colours

# What says so in pytest's own and its plugins' words; the last such line counts.
SAYS_WHY = re.compile(
    r"^(?:E\s|ERROR|FAIL|CRITICAL|Exit|!+ )|\w*(?:Error|Exception)\b:|\b(?:fail|error|not reached|less than|below|exceed)",
    re.IGNORECASE,
)
RESULT = re.compile(r"^=*\s*\d+ (?:passed|failed|skipped|xfailed|xpassed|error|warning|deselected)")
UNKNOWN = "no test failed, and it says no reason; a plugin or a conftest.py decides so (pytest_sessionfinish)"


def end_reason(name, how, output):
    """Return the line. `name` is who ended, `how` how (`ended with 1`), `output` what it printed last."""
    return f"{name} itself {how}: {reason(output)}"


def reason(output):
    """Return the last line of the output that says why, or that there is none."""
    text = without_colours(output)
    for line in reversed(text.splitlines()):
        plain = line.strip()
        if plain and not RESULT.match(plain.strip("= ")) and SAYS_WHY.search(plain):
            return plain.strip("=!- ")[:MAX_MESSAGE]
    return UNKNOWN
