"""The program."""

from gunicov_runner.process.process import adopt_orphans
from gunicov_runner.runner import Runner


def main():
    """Serve one session."""
    adopt_orphans()
    Runner().serve()
