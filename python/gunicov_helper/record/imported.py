"""What the workers of a generation have imported, and what of it has changed since."""

import hashlib
import os

from gunicov_helper.files import archive_of, read_source

CLOCK_SECONDS = 1.0  # by which a file system's times may be behind this clock


def imported(generation):
    """{(path, sha256)} of the very bytes that were compiled.

    `booted` knows the files imported at boot, `saved` those imported later as well.
    """
    found = set()  # most workers tell the same
    for worker in [*generation.by_age("booted").values(), *generation.by_age("saved").values()]:
        found.update((worker.get("hashes") or {}).items())
    return found


def changed_since_import(generation):
    """A file that workers have imported and that holds something else now, or None.

    Only what was written since the generation was begun is read again: nothing but the kernel sets
    the time that says so.
    """
    since = begun(generation)
    for path, digest in imported(generation):
        if changed_since(path, since - CLOCK_SECONDS) and digest_of_source(path) != digest:
            return path
    return None


def begun(generation):
    """When a generation was begun, in epoch seconds."""
    return float((generation.manifest() or {}).get("time") or 0)


def changed_since(path, since):
    """Whether a file was written, moved or taken away since then (epoch seconds), perhaps."""
    for _ in range(2):
        try:
            return os.stat(path).st_ctime > since
        except NotADirectoryError:
            path = archive_of(path) or path
        except OSError:
            return True
    return True


def digest_of_source(path):
    body = read_source(path)
    return None if body is None else hashlib.sha256(body).hexdigest()
