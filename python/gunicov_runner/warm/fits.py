"""Whether a fork of this interpreter is what a new one would be."""

import os
import threading

# Names that only matter later, or are honoured in a fork.
HONOURED = {
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONBREAKPOINT",
    "PYTHONUNBUFFERED",
}
STARTED = dict(os.environ)


def fits(environ):
    """Whether nothing in `environ` would have a new interpreter begin in another way than this one has."""
    names = {name for name in (*environ, *STARTED) if name.startswith("PYTHON")} - HONOURED
    same = all(environ.get(name) == STARTED.get(name) for name in names)
    # coverage.py's .pth file then measures each Python process from its beginning.
    measured = any(
        environ.get(name) for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    )
    return same and not measured and threading.active_count() == 1
