"""All of our private use of coverage.py. Where a version has it no more, its JSON report is taken."""

import os

from gunicov_helper.report.results import Result, key_of, settings_of
from gunicov_helper.report.unparsed import UNPARSED


class Internals:
    """The private names of coverage.py that an analysis file by file needs, in any version."""

    def __init__(self, coverage, results):
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
        self.Numbers, self.get_analysis_to_report = Numbers, get_analysis_to_report
        self.Coverage = remembering(coverage, self, results)

    def analyses(self, measured):
        """The Result of each file that is to be reported, in coverage.py's order."""
        for _, result in self.get_analysis_to_report(measured, None):
            yield result
        if measured.fault:  # with ignore_errors coverage.py has passed over it
            raise measured.fault

    def prepare(self, measured):
        """What coverage.py's own reports do first, to apply [paths] and the contexts to report."""
        prepare = getattr(measured, "_prepare_data_for_reporting", None)
        if prepare:
            prepare()
        measured.get_data().set_query_contexts(measured.config.report_contexts)


def remembering(coverage, internals, results):
    """A subclass of Coverage that analyses a file only where `results` does not know it.

    The analysis is coverage.py's own, from the source on: none of its parts is kept or repeated.
    """

    class Remembering(coverage.Coverage):
        settings = None
        theirs = None  # the last exception of coverage.py's own
        fault = None  # one of ours
        analysing = None  # path of the last file

        def __init__(self, *args, **named):
            self.unparsed = {}  # path -> what coverage.py says of a file that it leaves out (`ignore_errors`)
            super().__init__(*args, **named)

        def _warn(self, msg, slug=None, *args, **named):
            if slug == UNPARSED and slug not in self.config.disable_warnings:
                self.unparsed[self.analysing] = msg
            else:
                super()._warn(msg, slug, *args, **named)

        def _analyze(self, *args, **named):
            try:
                return self.remembered(args, named)
            except Exception as error:
                if error is not self.theirs:
                    self.fault = error
                raise

        def remembered(self, args, named):
            reporter = named.get("file_reporter", args[0])
            if not isinstance(reporter, internals.FileReporter):
                reporter = self._get_file_reporter(reporter)
            data = self.get_data()
            branches = data.has_arcs()
            path = self.analysing = os.path.abspath(reporter.filename)

            def analyse():
                return Result(self.analysed(args, named), path, branches)

            if type(reporter) is not internals.PythonFileReporter:
                return analyse()  # a plugin's may depend on more than the file
            self.settings = self.settings or settings_of(self)
            name = self._file_mapper(reporter.filename)
            executed = (data.arcs(name) if branches else data.lines(name)) or []
            return results.get(path, key_of(self.settings, branches, executed), analyse)

        def analysed(self, args, named):
            try:
                return super()._analyze(*args, **named)
            except Exception as error:
                self.theirs = error
                raise

    return Remembering
