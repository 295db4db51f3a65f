"""The table for people: a row a case, under it what differs."""

COLUMNS = (
    ("python", 11),
    ("gunicorn", 8),
    ("coverage", 8),
    ("worker_class", 12),
    ("workers", 7),
    ("app", 24),
)
SHOWN = 8  # differences of a case


def head(count):
    names = "  ".join(name.replace("_", " ").ljust(width) for name, width in COLUMNS)
    return f"{count} cases; in them each pair of values that exists\n\ndiffer  {names}  seconds"


def row(told):
    values = "  ".join(str(told[name]).ljust(width) for name, width in COLUMNS)
    if "reason" in told:
        return f"skipped {values}  {told['reason']}"
    lines = [f"{len(told['differences']):6}  {values}  {told['ms'] / 1000:7.1f}"]
    for one in told["differences"][:SHOWN]:
        alone = f"cold {one['cold']} gunicov {one['gunicov']}" if "cold" in one else ""
        lines.append(f"        {one['file']} {one['what']} {alone}".rstrip())
    return "\n".join(lines)


def foot(result, seconds):
    differing = sum(1 for one in result["results"] if one["differences"])
    lines = [f"skipped: {one['case']}: {one['reason']}" for one in result["skipped"]]
    sums = (
        f"{result['cases']} cases, {result['differences']} differences in {differing} of them, "
        f"{len(lines)} combinations skipped, {seconds:.0f} s"
    )
    return "\n".join(["", *lines, sums])
