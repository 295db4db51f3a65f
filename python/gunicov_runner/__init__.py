"""gunicov's test runner: runs the project's tests beside it, and tells each outcome as it happens.

One process for the whole session, injected into T (docs/protocol.md, sections 1, 2 and 4): JSON
lines on stdin and stdout, nothing written to disk. It keeps pytest imported and forks for each run,
so that a run costs no interpreter start; the project's own modules are only ever imported in the
forked child. Python 3.8 or later, the standard library, and the project's own pytest.

    stdin ── Channel ── Runner ── Run ── Family (the forked child and all that descends from it)
                                └──── Reporter (in the child: a pytest plugin, events by a pipe)
"""
