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
STARTED = dict(os.environ)  # the runner's own environment, whatever it takes on later


def fits(environ):
    """Whether nothing in `environ` would have a new interpreter begin in another way than this one has."""
    names = {name for name in (*environ, *STARTED) if name.startswith("PYTHON")} - HONOURED
    same = all(environ.get(name) == STARTED.get(name) for name in names)
    # coverage.py's .pth file then measures each Python process from its beginning.
    measured = any(
        environ.get(name) for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    )
    return same and not measured and threading.active_count() == 1


def shadows(names, folders):
    """Files of the project that have the name of one of these top-level modules (set of paths)."""
    found = set()
    for folder in folders:
        try:
            there = set(os.listdir(folder))
        except OSError:
            continue
        for name in names & {each.partition(".")[0] for each in there}:
            paths = (os.path.join(folder, f"{name}.py"), os.path.join(folder, name, "__init__.py"))
            found.update(filter(os.path.exists, paths))
    return found
