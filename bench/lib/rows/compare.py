"""Rows of the helper against coverage.py's own command line on the same data files."""

import json
import os
import subprocess
import sys

KEYS = ("missing_lines", "excluded_lines", "executed_lines")
BRANCH_KEYS = ("missing_branches",)


def by_command_line(cwd, files):
    """What `coverage combine` and `coverage json` say of data files (which stay), parsed."""
    combined, report = os.path.join(cwd, ".combined"), os.path.join(cwd, "theirs.json")
    if os.path.exists(combined):
        os.unlink(combined)
    for args in (
        ["combine", "-q", "--keep", f"--data-file={combined}", *files],
        ["json", "-q", f"--data-file={combined}", "-o", report],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "coverage", *args],
            cwd=cwd,
            env={k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"coverage {args[0]}: {done.stdout.decode()[-2000:]}")
    with open(report) as file:
        return json.load(file)


def differences(ours, theirs, cwd):
    """A line for each number in which a report of the helper is not coverage.py's (parsed JSON)."""
    found = []
    branches = theirs["meta"]["branch_coverage"]

    def same(where, mine, other):
        if mine != other:
            found.append(f"{where}: {mine} for {other}")

    same("branches", ours["branches"], branches)
    expected = {
        os.path.normpath(os.path.join(cwd, path)): row for path, row in theirs["files"].items()
    }
    rows = {row["path"]: row for row in ours["files"]}
    same("files", sorted(rows.keys() ^ expected.keys()), [])
    for path in rows.keys() & expected.keys():
        row, other = rows[path], expected[path]
        for name, value in row["summary"].items():
            same(f"{path} {name}", value, other["summary"].get(name))
        for key in KEYS + (BRANCH_KEYS if branches else ()):
            same(f"{path} {key}", row[key], other[key])
    for name, value in ours["totals"].items():
        same(f"total {name}", value, theirs["totals"].get(name))
    return found
