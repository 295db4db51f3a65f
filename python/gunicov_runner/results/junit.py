"""JUnit XML: the common part of what pytest, behave, robot, newman, Maven and others write."""

import glob
import os

from gunicov_runner.results.result import Names, result

LARGEST = 256 * 1024 * 1024  # bytes of one report


class JUnit:
    """The reports that a run is to write: paths or patterns from `cwd`. Made before it begins."""

    def __init__(self, patterns, cwd):
        self.patterns, self.cwd = patterns, cwd
        self.before = {path: stamp(path) for path in self.paths()}

    def paths(self):
        found = []
        for pattern in self.patterns:
            found += sorted(glob.glob(os.path.join(self.cwd, pattern), recursive=True))
        return list(dict.fromkeys(found))

    def read(self):
        """Return the results of all reports that were written since. Raises ValueError on one that can't be read."""
        from xml.etree import ElementTree  # needed by few runs

        names, found = Names(), []
        for path in self.paths():
            if stamp(path) == self.before.get(path):
                continue
            if os.path.getsize(path) > LARGEST:
                raise ValueError(f"{path} is larger than {LARGEST} bytes")
            try:
                root = ElementTree.parse(path).getroot()
            except (ElementTree.ParseError, OSError) as failure:
                raise ValueError(f"{path} can't be read: {failure}") from None
            found += [case_result(case, names) for case in root.iter() if local(case) == "testcase"]
        return found


def stamp(path):
    """Return what changes when a file is written anew; None: it is not there."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino


def local(element):
    """Return a tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def case_result(case, names):
    """Return one `testcase` as a test event."""
    name, group = case.get("name") or "", case.get("classname") or ""
    file, line = case.get("file") or "", case.get("line") or ""
    where = file or group
    test = names.unique(f"{where}::{name}" if where and where != name else name or "unnamed")
    place = f"{file}:{line}" if file and line.isdigit() else file
    ms = seconds(case.get("time")) * 1000
    for kind, outcome in (("error", "error"), ("failure", "failed"), ("skipped", "skipped")):
        element = next((each for each in case if local(each) == kind), None)
        if element is not None:
            text = (element.text or "").strip("\n")
            message = element.get("message") or element.get("type") or text or outcome
            xfail = "xfailed" if element.get("type") == "pytest.xfail" else None
            output = "\n".join(filter(None, [text or message, *captured(case)]))
            return result(test, outcome, message, output, ms, place, xfail)
    return result(test, "passed", ms=ms, place=place)


def captured(case):
    """Return what the test printed, as sections like pytest's."""
    for each in case:
        text = (each.text or "").strip()
        if local(each) in ("system-out", "system-err") and text:
            yield f" {local(each)} ".center(80, "-") + "\n" + text


def seconds(text):
    """Return a time; 1,234.5 has a thousand and more."""
    try:
        return max(0.0, float((text or "0").replace(",", "")))
    except ValueError:
        return 0.0
