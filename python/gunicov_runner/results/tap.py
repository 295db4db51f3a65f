"""TAP (the Test Anything Protocol) in what a command prints."""

import re

from gunicov_runner.limits import MAX_TEXT
from gunicov_runner.results.result import Names, result
from gunicov_runner.text import without_colours

VERSION = re.compile(r"TAP version \d+\s*$")
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#.*)?$")
LINE = re.compile(
    r"(not )?ok\b(?:\s+(\d+))?(?:\s*-)?\s*(.*?)(?:\s+#\s*(SKIP|TODO)\S*\s*(.*))?$", re.IGNORECASE
)
MARKS = (b"ok", b"1..", b"TAP", b"Bail")  # without one of them there is nothing to look at
# Lines that are worth a look: a colour may stand before them.
LOOK = re.compile(
    rb"^(?:\x1b\[[0-9;]*m)*(?:(?:not )?ok\b|1\.\.\d|TAP version|Bail out!|[ #]).*$", re.MULTILINE
)
MOST_LINES = 200  # of what stands below a result
MOST_RESULTS = 100000


class Tap:
    """Takes the output as it comes. What looks like a result counts only beside a version or a plan."""

    def __init__(self):
        self.rest, self.names = b"", Names()
        self.found = []  # [(outcome, name, message, xfail, lines below)]
        self.is_tap, self.planned, self.bailed = False, None, None

    def feed(self, chunk):
        """Take bytes of the output. A flood of other words costs next to nothing."""
        data = self.rest + chunk
        whole, _, self.rest = data.rpartition(b"\n")
        self.rest = self.rest[:MAX_TEXT]
        if not self.found and not any(mark in whole for mark in MARKS):
            return
        for found in LOOK.finditer(whole if len(self.found) < MOST_RESULTS else b""):
            self.line(without_colours(found.group().decode("utf-8", "replace")).rstrip("\r"))

    def line(self, text):
        plan, one = PLAN.match(text), LINE.match(text)
        if VERSION.match(text):
            self.is_tap = True
        elif plan:
            self.is_tap, self.planned = True, (self.planned or 0) + int(plan.group(1))
        elif text.startswith("Bail out!"):
            self.bailed = text[9:].strip() or "no reason"
        elif one:
            self.add(*one.groups())
        elif self.found and text[:1] in ("#", " ") and len(self.found[-1][4]) < MOST_LINES:
            self.found[-1][4].append(text)

    def add(self, failed, number, name, directive, reason):
        name = (name or "").replace("\\#", "#").strip() or f"test {number or len(self.found) + 1}"
        kind = (directive or "").upper()
        if kind == "SKIP":
            one = ("skipped", name, reason or "skipped", None)
        elif kind == "TODO":
            one = (
                ("skipped", name, reason, "xfailed")
                if failed
                else ("passed", name, reason, "xpassed")
            )
        else:
            one = ("failed" if failed else "passed", name, "not ok" if failed else "", None)
        self.found.append((*one, []))

    def results(self):
        """Return the test events; those that the plan has and that never came are errors."""
        if self.rest:
            self.feed(b"\n")  # its last line has no end
        if not self.is_tap or not (self.found or self.bailed):
            return []
        found = []
        for outcome, name, message, xfail, below in self.found:
            said = next((text.strip() for text in below if re.match(r"\s+message:", text)), "")
            text = said.partition(":")[2].strip(" '\"") if outcome == "failed" and said else message
            output = "\n".join([message, *below]).strip("\n")
            found.append(result(self.names.unique(name), outcome, text, output, xfail=xfail))
        missing = (self.planned or 0) - len(self.found)
        if missing > 0 or self.bailed:
            why = (
                f"Bail out! {self.bailed}"
                if self.bailed
                else f"{missing} planned tests reported no result"
            )
            found.append(result("TAP plan", "error", why, why))
        return found
