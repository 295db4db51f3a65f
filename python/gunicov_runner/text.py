"""Text and bytes, capped."""

import json
import re

from gunicov_runner.limits import CHUNK, MAX_MESSAGE, MAX_TEXT

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def without_colours(text):
    """Return `text` without the escapes that colour it on a terminal, or move on it."""
    return COLOURS.sub("", text)


def cap(text, limit=MAX_TEXT):
    """Return at most about `limit` bytes of `text`: its start and its end."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode("utf-8")
    half = (limit - 60) // 2
    head = data[:half].decode("utf-8", "ignore")
    tail = data[-half:].decode("utf-8", "ignore")
    return f"{head}\n… {len(data) - 2 * half} bytes left out …\n{tail}"


def first_line(text):
    """Return the first line of `text` that is not blank, stripped and capped."""
    lines = (line.strip() for line in text[:CHUNK].splitlines())
    return next((line for line in lines if line), "")[:MAX_MESSAGE]


def encode(message):
    """Return `message` as one line of JSON in valid UTF-8 (lone surrogates become `?`)."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class Tail:
    """The last `MAX_TEXT` bytes of a stream of any length."""

    def __init__(self):
        self.data = bytearray()

    def add(self, chunk):
        self.data += chunk
        if len(self.data) > 2 * MAX_TEXT:
            del self.data[:-MAX_TEXT]

    def text(self):
        """Return the tail as text; bytes that are not UTF-8 are replaced."""
        return bytes(self.data[-MAX_TEXT:]).decode("utf-8", "replace")
