"""Paths inside S to paths outside."""

import os


class Renaming:
    """Maps directory prefixes inside S to those outside; the longest that fits counts."""

    def __init__(self, pairs):
        """`pairs`: objects with `inside` and `outside`, as in the request `export`."""
        stripped = [(pair["inside"].rstrip("/"), pair["outside"].rstrip("/")) for pair in pairs]
        self.pairs = sorted(stripped, key=lambda pair: -len(pair[0]))

    def __call__(self, path):
        """The path outside of a path inside (relative ones count from the working directory)."""
        whole = os.path.abspath(path)
        for inside, outside in self.pairs:
            if whole == inside or whole.startswith(inside + "/"):
                return outside + whole[len(inside) :]
        return path
