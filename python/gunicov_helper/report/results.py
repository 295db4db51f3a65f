"""The results of coverage.py's analyses, kept for as long as what they were made of is the same."""

import hashlib

from gunicov_helper.files import digest_of
from gunicov_helper.report.summary import pairs, summarize

KEPT = 2  # of each file: that of all tests, and that of those which were selected


class Result:
    """One analysed file: its row of the report and its `Numbers`."""

    def __init__(self, analysis, path, branches):
        self.numbers = analysis.numbers
        self.row = {
            "path": path,
            "summary": summarize(analysis.numbers, branches),
            "missing": analysis.missing_formatted(branches=True),
            "missing_lines": sorted(analysis.missing),
            "excluded_lines": sorted(analysis.excluded),
            "executed_lines": sorted(analysis.executed),
            "missing_branches": pairs(analysis.missing_branch_arcs()) if branches else [],
        }


def settings_of(measured):
    """All that a Coverage is configured to do, as text that is equal where it is the same; "" if that is not known."""
    config = getattr(measured, "config", None)
    return repr(sorted(vars(config).items())) if config else ""


def key_of(settings, branches, executed):
    """What a file's result depends on beside its source; `executed`: lines or arcs in any order."""
    return hashlib.sha256(repr((settings, branches, sorted(executed))).encode()).digest()


class Results:
    """The last results of each file, by the bytes of its source, what has run of it, and the settings.

    `hashes` are the sources' as they were last analysed; "" where one changed meanwhile.
    """

    def __init__(self):
        self.known = {}
        self.hashes = {}

    def get(self, path, key, analyse):
        """The Result of that file: from `analyse()` where its bytes or `key` (`key_of`) are new.

        What has no bytes of its own (a module in a zip) is analysed each time. coverage.py's own
        error tells of a file that is not there.
        """
        digest = digest_of(path)
        if digest is None:
            self.hashes.pop(path, None)
            return analyse()
        kept = self.known.setdefault(path, {})
        result = kept.pop((digest, key), None)
        if result is None:
            result = analyse()
            if digest_of(path) != digest:
                self.hashes[path] = ""
                return result
        kept[digest, key] = result  # the newest is the last
        while len(kept) > KEPT:
            del kept[next(iter(kept))]
        self.hashes[path] = digest
        return result

    def keep(self, paths):
        """Forget every file but these."""
        for path in self.known.keys() - set(paths):
            del self.known[path]
        self.hashes = {path: self.hashes[path] for path in paths if path in self.hashes}
