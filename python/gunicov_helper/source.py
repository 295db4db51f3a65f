"""Changed source files: do they compile, and does S see the bytes that the host has?"""

import hashlib
import tokenize
import warnings


def check_file(path, digest):
    """Look at one changed file: (whether S lags behind the host, its bytes or None)."""
    try:
        with open(path, "rb") as file:
            body = file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return digest is not None, None
    return digest is None or hashlib.sha256(body).hexdigest() != digest, body


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
