"""Each surface's form of a report, as rows that can be compared: {name: {what: value}}."""

import os
import re
from html.parser import HTMLParser

from ..numbers import numbers

TOTAL = "TOTAL"


def json_rows(told, root):
    """Of coverage.py's JSON: lines, branches and sums of each file, and the sums of all."""
    rows = {
        os.path.relpath(os.path.join(root, path), root): one for path, one in told["files"].items()
    }
    return {**{path: numbers(one) for path, one in rows.items()}, TOTAL: sums(told["totals"])}


def sums(totals):
    """What a total is compared by."""
    return {"summary": numbers({"summary": totals})["summary"]}


def text_rows(text):
    """Of a table as coverage.py prints it: the cells of each row, with what is missing as it stands there."""
    rows = {}
    for line in text.splitlines():
        cells = re.match(r"(\S.*?)\s+(\d+(?:\s+\d+)*)\s+([\d.]+%)\s*(.*)$", line)
        if cells:
            name, figures, percent, missing = cells.groups()
            rows[name] = {"figures": figures.split(), "percent": percent, "missing": missing}
    return rows


def screen_rows(lines):
    """Of the screen: the figures of each row, and its percentage without the sign."""
    rows = {}
    for line in lines:
        cells = re.match(
            r"[▸ ]\s*(\S+)(?: \(\d+ of \d+(?:, x: all)?\))?"
            r"((?:\s+\d+){2,4})\s+\S?\s*([\d.]+)",
            line,
        )
        if cells:
            name, figures, percent = cells.groups()
            rows[name] = {"figures": figures.split(), "percent": percent}
    return rows


class Table(HTMLParser):
    """The rows of all tables of a page, each a list of its cells' texts."""

    def __init__(self):
        super().__init__()
        self.rows, self.inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "th") or (self.inside and tag != "tr")
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th", "tr"):
            self.inside = False

    def handle_data(self, data):
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def html_rows(page):
    """Of coverage.py's index.html."""
    table = Table()
    table.feed(page)
    return {
        row[0]: {"cells": row[1:]}
        for row in table.rows
        if row and row[0] not in ("", "File", "Module")
    }


def differences(surface, oracle, ours):
    """[{"file", "what", "cold", "gunicov"}] where two surfaces' rows differ; `what` begins with the surface."""
    found = []
    for name in sorted({*oracle, *ours}):
        if name not in oracle or name not in ours:
            only = "cold" if name in oracle else "gunicov"
            found.append(
                {"file": name, "what": f"{surface}: only in {only}", "cold": [], "gunicov": []}
            )
            continue
        for what, value in ours[name].items():
            if oracle[name].get(what) != value:
                both = {"cold": oracle[name].get(what), "gunicov": value}
                found.append({"file": name, "what": f"{surface}: {what}", **both})
    return found
