"""Compiled code that is kept in memory, by the hash of the very bytes of its source."""

import base64
import hashlib
import marshal
import warnings

CODES = {}  # (what compiled it, path) -> (digest of the source, marshalled code)
COMPILED = {}  # the same of what this process has compiled itself
LOOKED_FOR = {}  # path -> digest of the source when its code was looked for


def portable(codes):
    """The same as texts: (how, path, digest, base64) each."""
    return [
        (how, path, digest, base64.b64encode(code).decode())
        for (how, path), (digest, code) in codes.items()
    ]


def look(how, path):
    """Return the marshalled code of a file as it is now, or None where it must be compiled."""
    LOOKED_FOR[path] = digest = digest_of(path)
    known = CODES.get((how, path))
    return known[1] if known is not None and known[0] == digest else None


def keep(how, path, code):
    """Keep marshalled code of a file, unless it was saved while it was compiled."""
    digest = LOOKED_FOR.pop(path, None)
    if digest is not None and digest_of(path) == digest:
        COMPILED[how, path] = (digest, code)


def look_or_compile(how, path, compiled):
    """As `look`; what is not kept is compiled (`compiled()` returns the code) and kept.

    Returns None where that fails or warns: whoever asks then compiles it again, and is heard.
    """
    code = look(how, path)
    if code is not None:
        return code
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            code = marshal.dumps(compiled())
        except Exception:  # noqa: BLE001 (plugins may have a part in it)
            return None
    if said:
        return None
    keep(how, path, code)
    return code


def digest_of(path):
    """Return the digest of a file's bytes, or None where it can't be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None
