"""The sha256 of a file."""

import contextlib
import hashlib


def digest_of(path):
    """sha256 of a file's bytes, as hexadecimal text; None where it can't be read."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
    return None
