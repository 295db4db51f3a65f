"""The report in coverage.py's own terms (docs/protocol.md, section 3)."""

import os

TOTALS = {
    "covered_lines": "n_executed",
    "num_statements": "n_statements",
    "percent_covered": "pc_covered",
    "percent_covered_display": "pc_covered_str",
    "missing_lines": "n_missing",
    "excluded_lines": "n_excluded",
}
BRANCH_TOTALS = {
    "num_branches": "n_branches",
    "num_partial_branches": "n_partial_branches",
    "covered_branches": "n_executed_branches",
    "missing_branches": "n_missing_branches",
}


def summarize(numbers, branches):
    """coverage.py's JSON summary of its `Numbers` (the names are its JSON report's own)."""
    names = dict(TOTALS, **BRANCH_TOTALS) if branches else TOTALS
    return {name: getattr(numbers, field) for name, field in names.items()}


def pairs(arcs):
    """[[from, to]] of coverage.py's {from: [to]}."""
    return [[start, end] for start, ends in arcs.items() for end in ends]


def missing_text(row):
    """What `Analysis.missing_formatted(branches=True)` says, made of a file of the JSON report.

    A range goes on from statement to statement, whatever lies between; a branch is listed where
    neither of its ends is missing itself.
    """
    missing, ranges, last = set(row["missing_lines"]), [], None
    for line in sorted({*row["executed_lines"], *missing}):
        if line in missing and last in missing:
            ranges[-1][1] = line
        elif line in missing:
            ranges.append([line, line])
        last = line
    items = [(a, f"{a}" if a == b else f"{a}-{b}") for a, b in ranges]
    for start, end in row.get("missing_branches", []):
        if not {start, end} & missing:
            items.append((start, f"{start}->{end if end > 0 else 'exit'}"))
    return ", ".join(text for _, text in sorted(items))


def public_report(report):
    """The report as in docs/protocol.md, of coverage.py's parsed JSON report."""
    branches = bool(report["meta"]["branch_coverage"])
    names = dict(TOTALS, **BRANCH_TOTALS) if branches else TOTALS

    def trim(summary):
        return {name: summary[name] for name in names}

    rows = [
        {
            "path": os.path.abspath(path),
            "summary": trim(row["summary"]),
            "missing": missing_text(row),
            "missing_lines": row["missing_lines"],
            "excluded_lines": row["excluded_lines"],
            "executed_lines": row["executed_lines"],
            "missing_branches": row.get("missing_branches", []),
        }
        for path, row in report["files"].items()
    ]
    return {"totals": trim(report["totals"]), "files": rows, "branches": branches}
