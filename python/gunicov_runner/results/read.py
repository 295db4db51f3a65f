"""What a command that is not pytest came to, by whatever tells single results."""

from gunicov_runner.results.result import result

ONE = (
    "“{name}” is one test for gunicov: it passed or failed as a whole. For single results let it write JUnit XML "
    '(junit = "report.xml" under [tool.gunicov.tests]) or print TAP.'
)
NOT_WRITTEN = (
    "“{name}” has written no result to {paths} (junit under [tool.gunicov.tests]): it is one test."
)


def results_of(name, code, output, junit, tap):
    """Return (test events without times, what is to be said of them or None).

    `name`: the command; `code`: its exit code; `junit`: a JUnit or None; `tap`: a Tap that has its output.
    """
    said = None
    if junit is not None:
        try:
            found = junit.read()
        except ValueError as failure:
            return [result(name, "error", str(failure), output)], None
        if found:
            return found, None
        said = NOT_WRITTEN.format(name=name, paths=", ".join(junit.patterns))
    found = tap.results()
    if found:
        return found, None
    outcome, message = ("failed", f"exit code {code}") if code else ("passed", "")
    return [result(name, outcome, message, output)], said or ONE.format(name=name)
