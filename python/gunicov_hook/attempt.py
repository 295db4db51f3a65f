"""A step of gunicov's own, which never raises into gunicorn."""

import contextlib

from .failure import format_failure
from .record.errors import remember_error
from .state import STATE


def attempt(owner, step, *args):
    """Run a step of ours; an error of it is logged and recorded, never raised into gunicorn."""
    try:
        return step(*args)
    except Exception as error:  # noqa: BLE001 - the server goes before its measurement
        text = format_failure(error)
        owner.log.error("gunicov: %s failed\n%s", step.__name__, text)
        mine = getattr(owner, "_gunicov", None)
        if mine is not None:
            mine.error = text
        else:
            STATE.errors.append(f"{step.__name__}: {error}")
        worker = next((each for each in (owner, *args) if hasattr(each, "_gunicov")), None)
        number = worker._gunicov.generation if worker else STATE.generation + 1
        with contextlib.suppress(OSError):
            remember_error(step.__name__, f"{type(error).__name__}: {error}", number, worker)
        return None
