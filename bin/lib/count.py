"""Sums up JUnit files: a line for each failed test, then ``N passed, N failed, N skipped`` as the last line.

    count.py FILE [FILE ...]

Exits with 1 where a test failed, where none ran at all, or where a file is missing (its suite never ended).
"""

import re
import sys
from xml.etree import ElementTree

WIDTH = 200  # characters of a reason: it is there to be recognised, the whole one stands further up
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(path):
    """Returns (passed, failed, skipped) of one file; all of a missing one is one failure."""
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return 0, 1, 0
    number = {
        name: sum(int(suite.get(name) or 0) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = number["failures"] + number["errors"]
    return number["tests"] - failed - number["skipped"], failed, number["skipped"]


def failures(path):
    """A line (str) for each failed test of one file: its name, and the first line of the reason."""
    try:
        tests = ElementTree.parse(path).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError) as error:
        yield f"FAILED {path}: no results ({error})"
        return
    for test in tests:
        reasons = [*test.findall("failure"), *test.findall("error")]
        if reasons:
            name = " > ".join(filter(None, (test.get("classname"), test.get("name"))))
            yield f"FAILED {name}: {first_line(reasons[0])}"


def first_line(reason):
    text = COLOUR.sub("", reason.get("message") or reason.text or "").strip()
    return text.splitlines()[0][:WIDTH] if text else "no reason given"


def main(paths):
    for path in paths:
        for line in failures(path):
            print(line)
    passed, failed, skipped = (sum(column) for column in zip(*map(count, paths)))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
