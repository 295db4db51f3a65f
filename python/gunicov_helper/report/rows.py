"""The rows of reports: what has not changed since the last report is not analysed again."""

import contextlib

from gunicov_helper.files import RealPaths, digest_of
from gunicov_helper.report.reading import fill
from gunicov_helper.report.results import settings_of

# Settings with which data says something else than it holds: coverage.py itself must combine it.
TRANSLATING = ("paths", "relative_files", "plugins", "report_contexts")
COMPILED = (".pyc", ".pyo", "$py.class")


class Row:
    """The Result of one file (None: the settings leave it out, or it can't be parsed and coverage.py says so:
    `unparsed`), and all that it depends on."""

    def __init__(self, pieces, digest, result, unparsed):
        self.pieces, self.digest, self.result = pieces, digest, result
        self.unparsed = unparsed

    def holds(self, pieces, digest):
        return digest is not None and (self.pieces, self.digest) == (pieces, digest)


class Rows:
    """The last report's rows by path. Each holds as long as the bytes of its file's source, what has
    run of it, and coverage's settings are the same."""

    def __init__(self, internals, results):
        self.internals, self.results = internals, results
        self.settings = None
        self.known = {}

    def update(self, measured, reading):
        """A generator, resumed file by file, that returns {path: Result} in coverage.py's order.

        `measured` is a Coverage without data, for those files that are to be analysed. Returns None
        where only coverage.py's own combination of the data can be trusted.
        """
        if any(getattr(measured.config, name, True) for name in TRANSLATING):
            return None
        settings = (reading.branches, settings_of(measured))
        if settings != self.settings:
            self.known, self.settings = {}, settings
        real, digests = RealPaths(), {}
        for path in reading.files:
            # By other names coverage.py looks for data and source in places of its own.
            if path.endswith(COMPILED) or real(path) != path:
                return None
            digests[path] = digest_of(path)
            yield
        new = {
            path: pieces
            for path, pieces in reading.files.items()
            if path not in self.known or not self.known[path].holds(pieces, digests[path])
        }
        found = (yield from self.analyse(measured, reading.branches, new)) if new else {}
        if not found.keys() | measured.unparsed.keys() <= new.keys():
            return None
        for path, pieces in new.items():
            digest = self.results.hashes.get(path)
            if path not in found and digest_of(path) == digests[path]:
                digest = digests[path]  # it was the same bytes that were left out
            self.known[path] = Row(pieces, digest, found.get(path), measured.unparsed.get(path))
        self.known = {path: self.known[path] for path in sorted(reading.files)}
        results = {path: row.result for path, row in self.known.items() if row.result}
        self.results.hashes.update({path: self.known[path].digest for path in results})
        self.results.keep(results)
        return results

    def unparsed(self):
        """What coverage.py says of files that it leaves out of the last report."""
        return [row.unparsed for row in self.known.values() if row.unparsed]

    def analyse(self, measured, branches, files):
        """A generator that returns {path: Result} of these files, without those that are left out."""
        for path in files:
            self.results.hashes.pop(path, None)
        fill(measured.get_data(), branches, files)
        found = {}
        with contextlib.suppress(self.internals.NoDataError):  # all of them are left out
            for result in self.internals.analyses(measured):
                found[result.row["path"]] = result
                yield
        return found
