"""Sums up JUnit files: prints ``N passed, N failed, N skipped`` as the last line.

    count.py FILE [FILE ...]

Exits with 1 where a test failed, or where none ran at all.
"""

import sys
from xml.etree import ElementTree


def count(path):
    """Returns (passed, failed, skipped) of one file."""
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    number = {
        name: sum(int(suite.get(name) or 0) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = number["failures"] + number["errors"]
    return number["tests"] - failed - number["skipped"], failed, number["skipped"]


def main(paths):
    passed, failed, skipped = (sum(column) for column in zip(*map(count, paths)))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
