"""What the forked child says of its run: tests share its process, and could say anything there."""

import base64
import json
import math

OUTCOMES = ("passed", "failed", "error", "skipped")


def is_text(value):
    return isinstance(value, str)


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def is_number(value):
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_texts(value):
    return isinstance(value, list) and all(map(is_text, value))


def is_texts_of_two(value):
    return is_texts(value) and len(value) == 2


def is_pairs(value):
    return isinstance(value, list) and all(map(is_texts_of_two, value))


def is_base64(value):
    try:
        return is_text(value) and base64.b64decode(value, validate=True) is not None
    except ValueError:
        return False


def is_warning(value):
    texts = ("category", "message", "place", "test")
    return (
        isinstance(value, dict)
        and all(is_text(value.get(key)) for key in texts)
        and is_whole(value.get("count"))
    )


def is_section(value):
    return isinstance(value, dict) and is_text(value.get("title")) and is_text(value.get("text"))


def is_list_of(is_one):
    return lambda value: isinstance(value, list) and all(map(is_one, value))


SHAPES = {
    "start": {"test": is_text},
    "exec": {"errno": is_whole},
    "finish": {},
    "left": {"code": is_whole},
    "arguments": {"paths": is_texts, "root": is_text},
    "code": {"key": is_texts_of_two, "digest": is_text, "code": is_base64},
    "modules": {"modules": is_pairs},
    "measures": {},
    "patched": {"names": is_texts},
    "refused": {"message": is_text},
    "internal": {"message": is_text},
    "total": {"total": lambda value: value is None or is_whole(value)},
    "test": {
        "test": is_text,
        "outcome": lambda value: is_text(value) and value in OUTCOMES,
        "ms": is_number,
        "started": is_number,
        "ended": is_number,
        "setup_ms": is_number,
        "teardown_ms": is_number,
        "xfail": lambda value: value in (None, "xfailed", "xpassed"),
        "message": is_text,
        "place": is_text,
        "output": is_text,
    },
    "told": {
        "warnings": is_list_of(is_warning),
        "more": is_whole,
        "sections": is_list_of(is_section),
    },
}


def event_of(line):
    """The event in one line (bytes; None: one that was too long), with its own fields alone; or None."""
    try:
        message = json.loads(line)
    except (TypeError, ValueError, RecursionError):
        return None  # cut off by a kill, or not the reporter's
    kind = message.get("event") if isinstance(message, dict) else None
    shape = SHAPES.get(kind) if is_text(kind) else None
    if shape is None or not all(check(message.get(key)) for key, check in shape.items()):
        return None
    event = {"event": kind, **{key: message.get(key) for key in shape}}
    session = message.get("session")  # which pytest, where a command runs some
    return {**event, "session": session} if is_text(session) else event
