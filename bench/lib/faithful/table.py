"""The table for people: a row a project, under it what differs."""

import os

SHOWN = 8  # differences of a project
WIDTH = 300  # characters of each side


def row(told):
    name = f"{told['project']} @{told['pytest']}"
    if "reason" in told:
        return f"skipped  {name}: {told['reason']}"
    lines = [f"{len(told['differences']):7}  {name:48} {told['ms'] / 1000:6.1f} s"]
    for one in told["differences"][:SHOWN]:
        run = f"run {one['run']}: " if one["run"] != "" else ""
        lines.append(f"         {run}{one['what']}")
        if one["plain"] is not None or one["gunicov"] is not None:
            pair = shortened(str(one["plain"]), str(one["gunicov"]))
            lines += [
                f"           {side:8}{text}" for side, text in zip(("plain", "gunicov"), pair)
            ]
    more = len(told["differences"]) - SHOWN
    return "\n".join([*lines, *([f"         and {more} more"] if more > 0 else [])])


def shortened(*texts):
    """Two texts, from a little before where they part."""
    at = max(0, len(os.path.commonprefix(texts)) - WIDTH // 4)
    if max(map(len, texts)) <= WIDTH:
        at = 0
    parts = [text[at : at + WIDTH] for text in texts]
    return [("… " if at else "") + part.replace("\n", "\\n") for part in parts]


def foot(result, seconds):
    differing = sum(1 for one in result["results"] if one["differences"])
    return (
        f"\n{result['projects']} projects in {len(result['results'])} set-ups, {result['runs']} runs of pytest, "
        f"{result['differences']} differences in {differing} of them, {len(result['skipped'])} skipped, {seconds:.0f} s"
    )
