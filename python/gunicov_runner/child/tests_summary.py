"""What pytest says beside its tests' outcomes: warnings, and the sections of its summary."""

import pytest

from gunicov_runner.child.place import relative
from gunicov_runner.limits import MAX_MESSAGE
from gunicov_runner.text import cap, without_colours

MOST_WARNINGS = 500  # different ones; how many more there were is said
MOST_SECTIONS = 50
# Sent already: each with its test, or as the warnings.
KNOWN = ("ERRORS", "FAILURES", "warnings summary", "warnings summary (final)")
SHORT, SENT_WITH_TEST = "short test summary info", ("FAILED ", "ERROR ")


class SummaryPlugin:
    """The pytest plugin that keeps warnings and sections, and sends them when the session ends."""

    def __init__(self, reporter):
        self.reporter = reporter
        self.warnings = {}  # (category, message, place) -> the warning as it is sent
        self.more = 0
        self.text = None  # TerminalText, while the summary is being made
        self.sections = []
        self.is_sent = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_warning_recorded(self, warning_message, nodeid, location):
        """One more. Under xdist the controller hears of the workers' here, too."""
        place = f"{relative(warning_message.filename, self.reporter.cwd)}:{warning_message.lineno}"
        category = warning_message.category.__name__
        message = cap(str(warning_message.message), MAX_MESSAGE)
        key = (category, message, place)
        if key not in self.warnings and len(self.warnings) >= MOST_WARNINGS:
            self.more += 1
            return
        test = self.reporter.name(nodeid or "")
        first = {"category": category, "message": message, "place": place, "test": test, "count": 0}
        self.warnings.setdefault(key, first)["count"] += 1

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter):
        """All of the summary: pytest's own parts come before and after those of plugins."""
        self.text = TerminalText(terminalreporter)
        yield
        self.sections = self.text.sections()
        self.send()

    def pytest_unconfigure(self):
        self.send()  # there was no summary

    def send(self):
        if self.is_sent or not (self.warnings or self.sections):
            return
        self.is_sent = True
        warnings = list(self.warnings.values())
        summary = {"warnings": warnings, "more": self.more, "sections": self.sections}
        self.reporter.send({"event": "told", **summary})


class MarkPluginsPart:
    """The pytest plugin that marks where the plugins' own part of the summary begins: it needs no heading."""

    def __init__(self, summary):
        self.summary = summary

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_terminal_summary(self):
        if self.summary.text is not None:
            self.summary.text.begin("")
        yield


class TerminalText:
    """What is written on pytest's terminal from now on, by its headings, without colours."""

    def __init__(self, terminalreporter):
        self.parts = [("", [])]  # (title, texts)
        writer = getattr(terminalreporter, "_tw", None)  # as pytest's own pastebin plugin does it
        if hasattr(writer, "write") and hasattr(writer, "sep"):
            self.listen(writer, writer.write, writer.sep)

    def listen(self, writer, write, sep):
        def keep(text, *args, **markup):
            self.parts[-1][1].append(without_colours(str(text)))
            return write(text, *args, **markup)

        def head(sepchar, title=None, *args, **markup):
            if sepchar != "=" or not title:
                return sep(sepchar, title, *args, **markup)
            self.begin(str(title))
            part = self.parts[-1]
            result = sep(sepchar, title, *args, **markup)
            part[1].clear()  # the heading itself
            return result

        writer.write, writer.sep = keep, head

    def begin(self, title):
        self.parts.append((title, []))

    def sections(self):
        """Return the sections that have a text, as they are sent."""
        found = []
        for title, texts in self.parts:
            kept = without_tests(texts) if title == SHORT else texts
            text = cap("".join(kept).strip("\n"))
            if text.strip() and title not in KNOWN:
                found.append({"title": title, "text": text})
        return found[:MOST_SECTIONS]


def without_tests(texts):
    """Leave out what is sent with its test, however many lines it has: pytest writes it in one piece, and then "\\n"."""
    kept, left_out = [], False
    for text in texts:
        is_end = left_out and text == "\n"
        left_out = text.startswith(SENT_WITH_TEST)
        if not (left_out or is_end):
            kept.append(text)
    return kept
