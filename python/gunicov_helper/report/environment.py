"""The master's environment, for as long as coverage.py reads its configuration."""

import os


class Environment:
    """For as long as it is entered, os.environ is that of the master (None: unchanged).

    A coverage configuration may name variables, and COVERAGE_RCFILE names the configuration.
    """

    def __init__(self, variables):
        self.variables = variables

    def __enter__(self):
        self.before = dict(os.environ)
        if self.variables is not None:
            self.replace(self.variables)

    def __exit__(self, *_):
        self.replace(self.before)

    def replace(self, variables):
        os.environ.clear()
        os.environ.update(variables)
