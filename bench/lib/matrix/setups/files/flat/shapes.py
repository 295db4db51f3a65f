from math import (
    ceil,
    floor,
)


def answer(path):
    word = path.strip("/")
    if not word:
        return "hello"
    return measured(len(word)) if word in ("some", "other") else ""


def measured(size):
    found = [n for n in range(size) if n % 2]
    while found:
        last = found.pop()
        if last > 100:
            return "large"
        if last == 3:
            continue

    # A comment and a blank line between missing lines.
    try:
        return str(ceil(size / 2) + floor(size / 3))
    finally:
        size = 0


def never(a, b=(1, 2)):
    if a:
        return [
            a,
            b,
        ]

    # Nobody comes here.

    return None


class Shape:
    sides = 0

    def area(self):
        return self.sides


def excluded():  # pragma: no cover
    return 0
