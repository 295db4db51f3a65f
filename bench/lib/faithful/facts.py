"""What gunicov says of a run against what plain pytest did."""

import re
from collections import Counter

EXIT = {0: 0, 1: 1, 4: 2, 5: 2}  # pytest's exit code -> that of the cycle


# Each is told with its test, or is compared by itself.
HEADINGS = (
    "test session starts",
    "ERRORS",
    "FAILURES",
    "warnings summary",
    "short test summary info",
)


def against(end, expected, cycle, side, project):
    """[(what, plain, gunicov)] of one cycle's facts. `end`: plain pytest's exit code, and what it printed."""
    code, printed = end
    return [
        *outcomes(code, expected, cycle, side, project),
        *ends(code, expected, cycle),
        *besides(printed, expected, cycle, side),
    ]


def outcomes(code, expected, cycle, side, project):
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
    return found


def ends(code, expected, cycle):
    found = []
    outcomes = {outcome for outcome, _ in expected.outcomes().values()}
    errors = [f"{one['kind']}: {one['message']}" for one in cycle if one["type"] == "error"]
    # pytest's own verdict, where no test is to blame.
    own = code == 1 and not outcomes & {"failed", "error"}
    wrong = [one for one in errors if not (own and one.startswith("tests-ended:"))]
    if code in (0, 1) and outcomes and wrong:
        found.append(("told error", None, wrong))
    if own and outcomes and not errors:
        found.append(("told error", "pytest itself ended with 1", None))
    ended = cycle[-1]["exit_code"]
    # A plugin may have pytest end with 0 all the same: a cycle with a failed test never does.
    wanted = 1 if code == 0 and outcomes & {"failed", "error"} else EXIT.get(code, ended)
    if ended != wanted:
        found.append(("cycle's exit code", wanted, ended))
    return found


def besides(printed, expected, cycle, side):
    """Warnings, expected failures, and the headings of what pytest and its plugins print at the end."""
    told = next((fact for fact in cycle if fact["type"] == "tests.told"), {})
    warnings = Counter((one["category"], squeezed(one["message"])) for one in expected.warnings)
    said = Counter()
    for one in told.get("warnings", []):
        said[one["category"], squeezed(side.plain_text(one["message"]))] += one["count"]
    found = [] if warnings == said else [("told warnings", dict(warnings), dict(said))]
    wanted = Counter(one["xfail"] for one in xfails(expected))
    got = Counter(
        one["xfail"] for one in cycle if one["type"] == "test.finished" and one.get("xfail")
    )
    if wanted != got:
        found.append(("told xfail", dict(wanted), dict(got)))
    plain, ours = (
        headings(printed),
        {one["title"] for one in told.get("sections", [])} - {"", *HEADINGS},
    )
    return found if plain == ours else [*found, ("told sections", sorted(plain), sorted(ours))]


def xfails(expected):
    marked = [
        one for one in expected.reports if one["expected"] is not None and one["when"] != "teardown"
    ]
    return [{"xfail": "xfailed" if one["outcome"] == "skipped" else "xpassed"} for one in marked]


def headings(printed):
    """Of what a run printed, those with a text that say more than a count of tests."""
    found = set(re.findall(r"^=+ (.+?) =+\n(?!=+ )", printed, re.MULTILINE))
    return {one for one in found if not re.search(r" in [\d.]+s|^!", one)} - set(HEADINGS)


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()[:200]
