"""A coverage.py plugin: which lines of a template there are."""

import coverage


class Plugin(coverage.CoveragePlugin):
    def file_tracer(self, filename):
        return Tracer(filename) if filename.endswith(".tmpl") else None

    def file_reporter(self, filename):
        return Reporter(filename)

    def find_executable_files(self, src_dir):
        return []


class Tracer(coverage.FileTracer):
    def __init__(self, filename):
        self.filename = filename

    def source_filename(self):
        return self.filename


class Reporter(coverage.FileReporter):
    def lines(self):
        return {n for n, line in enumerate(self.source().splitlines(), 1) if line.strip()}


def coverage_init(reg, options):
    reg.add_file_tracer(Plugin())
