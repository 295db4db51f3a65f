"""All of our use of coverage.py: combining, analysing, exporting."""

import json
import os
import shutil
import sys
import tempfile
import types
import warnings

from gunicov_common.failure import Failure
from gunicov_common.versions import untried

from gunicov_helper.failure import AGAIN
from gunicov_helper.files import is_sqlite
from gunicov_helper.report.internals import Internals
from gunicov_helper.report.reading import Readings
from gunicov_helper.report.results import Results
from gunicov_helper.report.rows import Rows
from gunicov_helper.report.summary import public_report, summarize
from gunicov_helper.report.unparsed import heard


class Analyser:
    """All of our use of coverage.py: combining, analysing, exporting.

    Private use is within `Internals`: where a version does not have it, or it fails, coverage.py's
    public JSON report is parsed instead.
    """

    def __init__(self, private=True):
        try:
            import coverage
        except ImportError as error:
            raise Failure(
                "no-coverage",
                f"{sys.executable} cannot import the coverage package: {error}",
                "Install it where the server runs: pip install coverage",
            ) from None
        self.coverage = coverage
        self.results = Results()
        self.readings = Readings()
        self.in_memory = True
        self.public = None  # why its internals are not used (text); None: they are
        self.internals = self.find_internals() if private else None
        self.rows = Rows(self.internals, self.results)

    def find_internals(self):
        try:
            self.public = untried("coverage", self.coverage.__version__)
            return None if self.public else Internals(self.coverage, self.results)
        except (ImportError, AttributeError) as error:
            self.go_public(error)
            return None

    def combine(self, files, config):
        """A Coverage, in memory, of these data files (which stay); `config` as the hook's.

        Raises Failure `coverage-error`, also where a single one of the files can't be read.
        """
        damaged = [path for path in files if not is_sqlite(path)]
        if damaged:  # coverage.py takes an empty one for a file that holds no data
            raise Failure("coverage-error", f"damaged data files: {', '.join(damaged)}", AGAIN)
        with self.errors():
            if self.in_memory:
                try:
                    return self.combine_into(self.make(config), files)
                except self.coverage.CoverageException as error:
                    # Versions 7.10 to 7.15 (at least) never detach one file's database from one in memory.
                    if "already in use" not in str(error):
                        raise
                    self.in_memory = False
            return self.combine_on_disk(files, config)

    def make(self, config, data_file=None):
        """A new Coverage whose analysis is cached, in memory by default."""
        kind = self.internals.Coverage if self.internals else self.coverage.Coverage
        measured = kind(data_file=data_file, config_file=config or True)
        return measured if data_file else in_memory(measured)

    def combine_into(self, measured, files):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # What a combine that failed has left open is closed any time, perhaps in this one.
            warnings.simplefilter("ignore", ResourceWarning)
            measured.combine(files, strict=True, keep=True)
        unread = "; ".join(str(warning.message) for warning in caught)
        if unread:
            raise Failure("coverage-error", unread, AGAIN)
        return measured

    def combine_on_disk(self, files, config):
        folder = tempfile.mkdtemp(prefix="combine-", dir=os.path.dirname(files[0]))
        try:
            disk = self.make(config, os.path.join(folder, "combined"))
            blob = self.combine_into(disk, files).get_data().dumps()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        measured = self.make(config)
        measured.get_data().loads(blob)
        return measured

    def errors(self):
        return CoverageErrors(self.coverage)

    def quick_report(self, measured, files):
        """As `report`, of data files that are not combined: only what is new in them is analysed.

        `measured` is a Coverage without data. Returns None where the data must be combined, and where
        nothing is left to report: `combine` and `report` then have coverage.py's own error.
        """
        if not self.internals:
            return None
        reading = self.readings.together(files)
        if reading is None:
            return None
        try:
            with self.errors():
                results = yield from self.rows.update(measured, reading)
        except Failure:
            raise
        except Exception as error:  # noqa: BLE001 - another version's internals may do anything
            self.go_public(error)
            return None
        if not results:
            return None
        total = self.internals.Numbers(measured.config.precision)
        for result in results.values():
            total += result.numbers
        rows = [result.row for result in results.values()]
        totals = summarize(total, reading.branches)
        unparsed = self.rows.unparsed()
        return {"totals": totals, "files": rows, "branches": reading.branches, "unparsed": unparsed}

    def report(self, measured):
        """A generator, resumed file by file, that returns the report (docs/protocol.md)."""
        if self.internals:
            try:
                return (yield from self.cached_report(measured))
            except Failure:
                raise
            except Exception as error:  # noqa: BLE001 - as in `quick_report`
                self.go_public(error)
        self.results.hashes = {}
        return self.plain_report(measured)

    def plain_report(self, measured):
        """The same of coverage.py's own JSON report."""
        unparsed = []
        with heard(unparsed):
            report = public_report(json.loads(self.json(measured)))
        return {**report, "unparsed": unparsed}

    def go_public(self, error):
        self.public = f"what is private of coverage.py fails: {error!r}"
        print(f"gunicov: {self.public}", file=sys.stderr)
        self.internals = None

    def cached_report(self, measured):
        self.internals.prepare(measured)
        total = self.internals.Numbers(measured.config.precision)
        rows = []
        with self.errors():
            for result in self.internals.analyses(measured):
                total += result.numbers
                rows.append(result.row)
                yield
        branches = measured.get_data().has_arcs()
        self.results.keep({row["path"] for row in rows})
        totals, unparsed = summarize(total, branches), list(measured.unparsed.values())
        return {"totals": totals, "files": rows, "branches": branches, "unparsed": unparsed}

    def json(self, measured):
        """coverage.py's own JSON report (str)."""
        import contextlib
        import io

        measured.__class__ = self.coverage.Coverage  # with nothing of ours
        with self.errors(), contextlib.redirect_stdout(io.StringIO()) as text:
            measured.json_report(outfile="-")
        return text.getvalue()

    def reload(self, blob, config):
        """A plain Coverage, in memory, of what `CoverageData.dumps()` gave (bytes).

        A forked child can't use its parent's data: coverage.py starts a new, empty database.
        """
        with self.errors():
            measured = self.coverage.Coverage(data_file=None, config_file=config or True)
            in_memory(measured).get_data().loads(blob)
        return measured

    def save(self, measured, path, rename):
        """Write its data to a data file, each file's path renamed by `rename` (a function)."""
        with self.errors():
            data = self.coverage.CoverageData(basename=path)
            try:
                data.update(measured.get_data(), map_path=rename)
            except TypeError:  # before 7.6 it took an object with a `map`
                data.update(measured.get_data(), aliases=types.SimpleNamespace(map=rename))
            data.write()


def in_memory(measured):
    """That Coverage (made without a data file), unable to make the configured file's directory."""
    measured.set_option("run:data_file", ".coverage")
    return measured


class CoverageErrors:
    """Turns coverage.py's exceptions into the Failure `coverage-error`."""

    def __init__(self, coverage):
        self.expected = (coverage.CoverageException,)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, self.expected) or type(error).__module__ == "sqlite3":
            fix = "Correct what it names; gunicov doctor looks at coverage.py's configuration."
            raise Failure("coverage-error", f"{kind.__name__}: {error}", fix) from None
        return False
