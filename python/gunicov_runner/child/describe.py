"""Reports of pytest in words: message, place, output."""

import io
import os
import re

from gunicov_runner.child.place import frames_of, last_own, relative
from gunicov_runner.limits import CHUNK, MAX_MESSAGE, MAX_TEXT
from gunicov_runner.text import cap, first_line


def long_text(report):
    """Return a report's traceback; `longreprtext` would strip the first line's indentation."""
    try:
        from _pytest._io import TerminalWriter

        stream = io.StringIO()
        writer = TerminalWriter(stream)
        writer.hasmarkup = False
        report.toterminal(writer)
        return stream.getvalue()
    except (ImportError, AttributeError, TypeError):
        return str(report.longreprtext)


def report_text(reports):
    """Return the tracebacks and captured sections of a test, capped."""
    parts = [cap(long_text(report), MAX_TEXT // 2) for report in reports if report.failed]
    sections = reports[-1].sections if reports else []
    for name, content in sections:
        heading = f" {name} ".center(80, "-")
        parts.append(f"{heading}\n{cap(content, MAX_TEXT // 2)}")
    return cap("\n".join(part.rstrip("\n") for part in parts if part))


def describe(report, cwd, root):
    """Return the first line of a failure, and its place as `path:line` relative to `cwd`.

    `root` is pytest's own (rootdir): what it says itself of a test counts from there.
    """
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and crash.message:
        return first_line(crash.message), crash_place(report, crash, cwd, root)
    text = report.longrepr if isinstance(report.longrepr, str) else str(report.longreprtext)
    text = text[:CHUNK]
    marked = re.findall(r"^E {2,}(\S.*)$", text, re.MULTILINE)
    if report.when == "collect":
        # The last marked line names the error; those before it show where.
        message = marked[-1] if marked else first_line(text)
        return message[:MAX_MESSAGE], collect_place(report, text, cwd, root)
    return (marked[0] if marked else first_line(text))[:MAX_MESSAGE], location(report, cwd, root)


def crash_place(report, crash, cwd, root):
    """Return the last line of the project that led to where it was raised."""
    frames = [*frames_of(report.longrepr), (crash.path, crash.lineno)]
    return (
        last_own(frames, cwd)
        or location(report, cwd, root)
        or f"{relative(crash.path, cwd)}:{crash.lineno}"
    )


def collect_place(report, text, cwd, root):
    """Return the last place in the project that the text of a collection error names."""
    pattern = r'^(?:E\s+File "([^"\n]+)", line (\d+)|([^\s:]+|<[^>\n]+>):(\d+): )'
    found = re.findall(pattern, text, re.MULTILINE)
    frames = [(quoted or plain, quoted_line or line) for quoted, quoted_line, plain, line in found]
    path = report.nodeid.split("::")[0]
    return last_own(frames, cwd) or (path and relative(os.path.join(root, path), cwd))


def describe_skip(report, cwd, root):
    """Return the reason of a skip or an expected failure, and its place."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return first_line(expected or "expected failure"), location(report, cwd, root)
    if isinstance(report.longrepr, tuple) and len(report.longrepr) == 3:
        path, line, reason = report.longrepr
        return first_line(str(reason).replace("Skipped: ", "", 1)), f"{relative(path, cwd)}:{line}"
    return first_line(str(report.longrepr or "")), location(report, cwd, root)


def location(report, cwd, root):
    """Return where the test is written (pytest counts its lines from 0, and its paths from `root`)."""
    path, line = (tuple(getattr(report, "location", None) or ()) + (None, None))[:2]
    if not path:
        return ""
    path = relative(os.path.join(root, path), cwd)
    return path if line is None else f"{path}:{line + 1}"
