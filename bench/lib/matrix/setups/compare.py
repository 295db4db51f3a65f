"""One set-up's case: what gunicov says on every surface against a cold run."""

import tempfile

from ..server import Broken
from . import cold, forms, sessions
from .project import Project


def compare(python, case):
    """{"differences": […], "files": n} of one case; a run that breaks is a difference too."""
    with tempfile.TemporaryDirectory(prefix="gunicov-setups-") as scratch:
        try:
            return compared(Project(python, case, scratch))
        except Broken as error:
            return {"differences": [{"file": "", "what": f"broken: {error}"}], "files": 0}


def compared(project):
    screen = sessions.screen(project)
    kept_json, kept_text = sessions.kept(project)
    facts, told, html = sessions.facts(project)
    text = sessions.text(project)
    oracle = cold.run(project)
    ours = {
        "screen": screen_against(oracle, screen),
        "facts": forms.differences("facts", oracle["json"], fact_rows(facts)),
        "--report json": forms.differences("--report json", oracle["json"], told),
        "--report html": forms.differences("--report html", oracle["html"], html),
        "text": forms.differences("text", oracle["text"], text),
        ".gunicov/coverage.json": forms.differences(
            ".gunicov/coverage.json", oracle["json"], kept_json
        ),
        ".gunicov/.coverage": forms.differences(".gunicov/.coverage", oracle["text"], kept_text),
    }
    return {
        "differences": [one for rows in ours.values() for one in rows],
        "files": len(oracle["json"]) - 1,
    }


def fact_rows(facts):
    """The report of the only cycle, which must have ended well."""
    report = [one for one in facts if one["type"] == "report"][-1]
    if not report["complete"] or report["reasons"]:
        raise Broken(f"not complete: {report['reasons']}")
    rows = {one["path"]: forms.numbers(one) for one in report["files"]}
    return {**rows, forms.TOTAL: forms.sums(report["totals"])}


def screen_against(oracle, rows):
    """The screen's figures and percentages against those of coverage.py's table."""
    wanted = {
        name: {"figures": row["figures"], "percent": row["percent"]}
        for name, row in oracle["text"].items()
    }
    shown = {
        name: {"figures": row["figures"], "percent": row["percent"] + "%"}
        for name, row in rows.items()
    }
    return forms.differences("screen", wanted, shown)
