"""coverage.py's own LCOV, XML and HTML reports, with the paths that files have outside."""

import contextlib
import io
import os
import re
from xml.sax.saxutils import escape, unescape

SOURCE = "<source>(.*?)</source>"
CLASS = '(<class [^>]*?filename=")([^"]*)(")'
DOUBLE = {'"': "&quot;"}
QUOTE = {"&quot;": '"'}


def write_formats(formats, measured, folder, rename, mark):
    """Write `coverage.lcov`, `coverage.xml` and `html/` into a folder, as far as `formats` names them.

    `measured`: a Coverage; `rename`: gives the path outside of one inside; `mark`: None, or what the report is
    instead of complete ({state, reasons}), which the files then say.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        if "lcov" in formats:
            path = os.path.join(folder, "coverage.lcov")
            measured.lcov_report(outfile=path)
            rewrite(path, lambda text: lcov_outside(text, rename, mark))
        if "xml" in formats:
            path = os.path.join(folder, "coverage.xml")
            measured.xml_report(outfile=path)
            rewrite(path, lambda text: xml_outside(text, rename, mark))
        if "html" in formats:
            write_html(measured, os.path.join(folder, "html"), mark)


def write_html(measured, folder, mark):
    title = getattr(getattr(measured, "config", None), "html_title", None) or "Coverage report"
    marked = {"title": f"{title} ({mark['state']})"} if mark else {}
    measured.html_report(directory=folder, **marked)


def rewrite(path, change):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(change(text))


def lcov_outside(text, rename, mark):
    """LCOV with paths outside. Its one place for a remark is the name of the test: letters, digits and `_`."""
    named = re.sub(r"^SF:(.*)$", lambda found: f"SF:{rename(found[1])}", text, flags=re.MULTILINE)
    if mark is None:
        return named
    # Older versions of coverage.py have an empty one of each file.
    return "TN:{}\n{}".format(mark["state"], re.sub(r"^TN:\n", "", named, flags=re.MULTILINE))


def xml_outside(text, rename, mark):
    """Cobertura XML with paths outside, of coverage.py's own; all else stays as it is, byte by byte."""
    sources = {
        source: rename(source) for source in map(unescape, re.findall(SOURCE, text)) if source
    }

    def outside(found):
        name = unescape(found[2], QUOTE)
        for source, other in sources.items():
            if os.path.exists(os.path.join(source, name)):
                whole = rename(os.path.join(source, name))
                # The directory itself may have no name outside, and then the file has one of its own.
                fits = whole == os.path.join(other, name)
                return found[0] if fits else found[1] + escape(whole, DOUBLE) + found[3]
        return found[0]

    text = re.sub(CLASS, outside, text)
    text = re.sub(
        SOURCE,
        lambda found: f"<source>{escape(sources.get(unescape(found[1]), found[1]))}</source>",
        text,
    )
    return text if mark is None else commented(text, mark)


def commented(text, mark):
    """XML with a comment behind its first line; a comment holds no `--`."""
    said = ": ".join(["gunicov: " + mark["state"], "; ".join(mark["reasons"])]).rstrip(": ")
    first, rest = text.split("\n", 1)
    safe = re.sub(r"[\x00-\x1f]", " ", said).replace("--", "- -").rstrip("-")
    return f"{first}\n<!-- {safe} -->\n{rest}"
