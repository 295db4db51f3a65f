"""The requests that there are, and their shapes (docs/protocol.md, section 3)."""

import math
import re

from gunicov_common.failure import bad
from gunicov_common.lines import is_count, is_word, read_request


def is_text(value):
    return isinstance(value, str)


def is_path(value):
    """An absolute path that the system can take."""
    return is_word(value) and value.startswith("/")


def is_name(value):
    """A path, absolute or not, that the system can take."""
    return is_text(value) and value != "" and is_path("/" + value)


def is_timeout(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value) and 0 <= value <= 86400
    except OverflowError:
        return False


def is_number(value):
    return not isinstance(value, bool) and isinstance(value, (int, float))


def is_percentage(value):
    return not isinstance(value, bool) and isinstance(value, (int, float)) and 0 <= value <= 100


def is_flag(value):
    return isinstance(value, bool)


def is_optional(check):
    return lambda value: value is None or check(value)


def is_list(check):
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def is_format(value):
    return value in ("lcov", "xml", "html")


def is_digest(value):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_record(**fields):
    return lambda value: (
        isinstance(value, dict) and all(check(value.get(key)) for key, check in fields.items())
    )


def is_sources(value):
    """Digests by absolute path, or None; left out: none is known."""
    return value is None or (
        isinstance(value, dict)
        and all(map(is_path, value))
        and all(map(is_optional(is_digest), value.values()))
    )


is_data = is_record(path=is_text, data=is_text, mtime=is_number)

SHAPES = {
    "find": {
        "pid": is_optional(is_count),
        "root": is_optional(is_count),
        "timeout": is_optional(is_timeout),
        "match": is_optional(is_text),
        "coverage_dir": is_optional(is_name),
    },
    "examine": {
        "pid": is_optional(is_count),
        "root": is_optional(is_count),
        "match": is_optional(is_text),
        "coverage_dir": is_optional(is_name),
        "timeout": is_timeout,
        "lag": is_timeout,
        "files": is_list(is_record(path=is_path, sha256=is_digest)),
        "directories": is_list(is_path),
    },
    "arrived": {"pid": is_count},
    "check": {
        "files": is_list(is_record(path=is_path, sha256=is_optional(is_digest))),
        "timeout": is_timeout,
    },
    "freshness": {
        "files": is_list(is_path),
        "source": is_list(is_path),
        "tests": is_optional(is_list(is_path)),
    },
    "restart": {"timeout": is_timeout, "off": is_optional(is_list(is_text))},
    "flush": {"timeout": is_timeout, "off": is_optional(is_list(is_text))},
    "collect": {
        "generation": is_count,
        "since": is_optional(is_count),
        "plain": is_optional(is_flag),
        "fail_under": is_optional(is_percentage),
        "alone": is_optional(is_flag),
    },
    "html": {},
    "export": {
        "map": is_list(is_record(inside=is_path, outside=is_text)),
        "root": is_optional(is_text),
        "formats": is_optional(is_list(is_format)),
        "mark": is_optional(is_record(state=is_text, reasons=is_list(is_text))),
    },
    "combine": {
        "also": is_list(is_record(name=is_word, files=is_list(is_data), sources=is_sources)),
        "map": is_list(is_record(inside=is_path, outside=is_text)),
        "root": is_path,
        "fail_under": is_optional(is_percentage),
        "alone": is_optional(is_flag),
    },
    "read": {"path": is_path},
    "prune": {},
    "written": {"files": is_list(is_path)},
    "writable": {"pause": is_timeout, "broken": is_flag},
    "cancel": {"target": is_count},
}


def parse_request(line):
    """The request in one line (bytes; None: it was too long); raises Failure `bad-request`."""
    request = read_request(line)
    shape = SHAPES.get(request.get("do")) if isinstance(request.get("do"), str) else None
    if shape is None:
        raise bad("`do` is one of {}".format(", ".join(sorted(SHAPES))))
    for key, check in shape.items():
        if not check(request.get(key)):
            raise bad(f"`{key}` is missing or of the wrong type")
    return request
