"""What is compared of a report. The rows of a cycle do not have the branches that were taken: they follow from the rest."""

COMPARED = (
    "executed_lines",
    "missing_lines",
    "excluded_lines",
    "missing_branches",
)


def numbers(entry):
    """What is compared of one file's entry in a report: its lines, its branches, its sums."""
    found = {name: sorted(map(as_key, entry.get(name) or [])) for name in COMPARED}
    summary = entry["summary"]
    names = ("num_statements", "covered_lines", "missing_lines", "excluded_lines")
    branches = ("num_branches", "covered_branches", "missing_branches", "num_partial_branches")
    found["summary"] = [(name, summary.get(name)) for name in (*names, *branches)]
    return found


def as_key(value):
    return tuple(value) if isinstance(value, list) else value
