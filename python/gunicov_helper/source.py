"""Changed source files: do they compile, and does S see the bytes that the host has?"""

import errno
import hashlib
import os
import stat
import tokenize
import warnings

# There is no such file, nor could there be; ENXIO is a socket.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENXIO, errno.EISDIR)


def check_file(path, digest):
    """Look at one changed file: (whether S lags behind the host, its bytes or None)."""
    body = read_regular(path)
    if body is None:
        return digest is not None, None
    return digest is None or hashlib.sha256(body).hexdigest() != digest, body


def read_regular(path):
    """The bytes of a file; None where there is none, or something that never ends (a pipe, a device)."""
    try:
        # Opening a pipe that nobody writes to would wait for ever.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in ABSENT:
            return None
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    with open(fd, "rb") as file:
        return file.read()


def compile_failure(path, body):
    """The failure (as in `check`) of compiling these bytes, or None. Nothing is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(body, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {
            "path": path,
            "line": error.lineno or 1,
            "column": error.offset or 1,
            "message": f"{type(error).__name__}: {error.msg}",
            "text": error.text.rstrip("\r\n") if isinstance(error.text, str) else "",
        }
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        message = f"{type(error).__name__}: {error}"
        return {"path": path, "line": 1, "column": 1, "message": message, "text": ""}
    return None


def decode_source(body):
    """Source text of bytes as Python decodes it (its encoding cookie, else UTF-8)."""
    lines = iter(body.splitlines(True))
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
        text = body.decode(encoding, "replace")
    except (SyntaxError, LookupError):
        text = body.decode("utf-8", "replace")
    return text
