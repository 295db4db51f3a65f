"""The files that decide on a run's settings: coverage.py's configuration, the user's gunicorn config."""

from gunicov_helper.files import digest_of


def changed_settings(generations):
    """Those that hold something else than when the hook read them (paths, sorted); one that has come, or is gone, too."""
    read = set()
    for generation in generations:
        read.update(((generation.manifest() or {}).get("read") or {}).items())
    return sorted({path for path, digest in read if digest_of(path) != digest})
