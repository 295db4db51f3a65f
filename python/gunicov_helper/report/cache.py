"""coverage.py's analysis, asked only for what has changed. All of our private use of it is here."""

import hashlib
import os

from gunicov_helper.failure import Failure
from gunicov_helper.files import read_bytes
from gunicov_helper.report.summary import pairs, summarize


class Parsed:
    """All that an analysis asks of one source file: kept as long as its bytes stay the same.

    `identity` is the hash of the bytes and the patterns that exclude lines.
    """

    def __init__(self, identity, reporter):
        self.identity = identity
        self.lines = reporter.lines()
        self.excluded = reporter.excluded_lines()
        self.arcs = reporter.arcs()
        self.exits = reporter.exit_counts()
        self.unbranched = reporter.no_branch_lines()
        self.firsts = {}
        for line in range(1, len(reporter.source().splitlines()) + 2):
            for first in reporter.translate_lines([line]):
                if first != line:
                    self.firsts[line] = first
        self.measured = None  # what `result` was made of
        self.result = None

    def first(self, line):
        """The first line of the statement that `line` is in; negative ones are exits."""
        return -self.firsts.get(-line, -line) if line < 0 else self.firsts.get(line, line)


class Result:
    """One analysed file: its row of the report and its `Numbers`."""

    def __init__(self, analysis, path, branches):
        self.numbers = analysis.numbers
        self.row = {
            "path": path,
            "summary": summarize(analysis.numbers, branches),
            "missing_lines": sorted(analysis.missing),
            "excluded_lines": sorted(analysis.excluded),
            "executed_lines": sorted(analysis.executed),
            "missing_branches": pairs(analysis.missing_branch_arcs()) if branches else [],
            "executed_branches": pairs(analysis.executed_branch_arcs()) if branches else [],
        }


def hash_of(body):
    return hashlib.sha256(body).hexdigest()


def digest_of(path):
    """The hash of a file's bytes as they are now; None where it can't be read."""
    body = read_bytes(path)
    return None if body is None else hash_of(body)


class SourceCache:
    """Parsed sources by path, and the hash that each had when it was last analysed."""

    def __init__(self):
        self.parsed = {}
        self.hashes = {}

    def get(self, path, patterns, parse):
        """The Parsed of that file, from `parse()` where its bytes or patterns are new.

        `parse` returns a plain file reporter. What has no bytes of its own (a module in a zip)
        is parsed anew each time; coverage.py's own error tells of a file that is not there.
        """
        for _ in range(3):
            body = read_bytes(path)
            if body is None:
                return Parsed(None, parse())
            digest = hash_of(body)
            identity = (digest, patterns)
            known = self.parsed.get(path)
            if known is None or known.identity != identity:
                known = Parsed(identity, parse())
                if read_bytes(path) != body:
                    continue  # it changed while it was parsed: what was parsed is not known
                self.parsed[path] = known
            self.hashes[path] = digest
            return known
        raise Failure("coverage-error", f"{path} changes faster than it can be analysed")

    def keep(self, paths):
        """Forget every file but these."""
        for path in set(self.parsed) - set(paths):
            del self.parsed[path]
        self.hashes = {path: self.hashes[path] for path in paths if self.hashes.get(path)}


def cached_coverage(coverage, internals, cache):
    """A subclass of Coverage whose analysis goes through `cache`.

    The analysis itself stays coverage.py's own code: only where it asks its file reporter for
    what depends on the source alone, or would repeat an analysis of equal input, does it get
    the answer of the last time.
    """

    class CachedReporter(internals.PythonFileReporter):
        known = None

        def facts(self):
            if self.known is None:
                config = self.coverage.config
                patterns = (
                    tuple(config.exclude_list),
                    tuple(config.partial_list),
                    tuple(config.partial_always_list),
                )
                self.known = cache.get(self.filename, patterns, self.plain)
            return self.known

        def plain(self):
            return internals.PythonFileReporter(self.filename, self.coverage)

        def lines(self):
            return self.facts().lines

        def excluded_lines(self):
            return self.facts().excluded

        def arcs(self):
            return self.facts().arcs

        def exit_counts(self):
            return self.facts().exits

        def no_branch_lines(self):
            return self.facts().unbranched

        def translate_lines(self, lines):
            first = self.facts().first
            return {first(line) for line in lines}

        def translate_arcs(self, arcs):
            first = self.facts().first
            return {(first(start), first(end)) for start, end in arcs}

    class CachedCoverage(coverage.Coverage):
        def _get_file_reporter(self, morf):
            reporter = super()._get_file_reporter(morf)
            if type(reporter) is internals.PythonFileReporter:
                reporter.__class__ = CachedReporter  # making another would stat every file again
            return reporter

        def _analyze(self, *args, **named):
            reporter = named.get("file_reporter", args[0])
            if not isinstance(reporter, internals.FileReporter):
                reporter = self._get_file_reporter(reporter)
            data = self.get_data()
            branches = data.has_arcs()
            path = os.path.abspath(reporter.filename)
            if not isinstance(reporter, CachedReporter):
                return Result(super()._analyze(*args, **named), path, branches)
            known = reporter.facts()
            name = self._file_mapper(reporter.filename)
            executed = (data.arcs(name) if branches else data.lines(name)) or []
            measured = (branches, self.config.precision, frozenset(executed))
            if known.measured != measured:
                known.result = Result(super()._analyze(*args, **named), path, branches)
                known.measured = measured
            return known.result

    return CachedCoverage


class Internals:
    """The private names of coverage.py that the cached analysis needs, in any version."""

    def __init__(self):
        """Raises ImportError or AttributeError where this version has them no more."""
        from coverage.exceptions import NoDataError
        from coverage.plugin import FileReporter
        from coverage.python import PythonFileReporter
        from coverage.results import Numbers

        try:
            from coverage.report_core import get_analysis_to_report
        except ImportError:
            from coverage.report import get_analysis_to_report
        self.FileReporter, self.PythonFileReporter = FileReporter, PythonFileReporter
        self.NoDataError = NoDataError
        self.Numbers, self.analyses = Numbers, get_analysis_to_report
