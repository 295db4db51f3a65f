"""What gunicov says of a run against what plain pytest did."""

import re

EXIT = {0: 0, 1: 1, 2: 1, 3: 1, 4: 2, 5: 2}  # pytest's exit code -> that of the cycle


def against(code, expected, cycle, side, project):
    """[(what, plain, gunicov)] of one cycle's facts."""
    found = []
    told = {}
    for fact in cycle:
        if fact["type"] == "test.finished":
            told.pop(fact["id"], None)
            told[fact["id"]] = [fact["outcome"], side.plain_text(fact["message"])]
    wanted = expected.outcomes()
    for test in [*wanted, *(test for test in told if test not in wanted)]:
        pair = wanted.get(test), told.get(test)
        if None in pair or pair[0][0] != pair[1][0]:
            found.append((f"told outcome {test}", *pair))
        elif pair[0][1] and squeezed(pair[0][1]) != squeezed(pair[1][1]):
            found.append((f"told message {test}", *pair))
    if not project.parallel and not found and list(wanted) != list(told):
        found.append(("told order", list(wanted), list(told)))
    errors = [fact for fact in cycle if fact["type"] == "error"]
    if code in (0, 1) and wanted and errors:
        found.append(("told error", None, [e["kind"] + ": " + e["message"] for e in errors]))
    ended = cycle[-1]["exit_code"]
    if code in (0, 1, 4, 5) and ended != EXIT[code]:
        found.append(("cycle's exit code", EXIT[code], ended))
    return found


def squeezed(text):
    return re.sub(r"\s+", " ", text)[:200]
