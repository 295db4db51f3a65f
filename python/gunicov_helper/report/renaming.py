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


# The names by which coverage.py finds its configuration by itself.
FOUND = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")


def relative_to(root, outside, config):
    """The function `outside`, with paths from `root` (the project's, outside) where coverage.py, run there, asks for these.

    It does where `relative_files` is set in the very file (`config`: of a Coverage) that it finds there:
    then it knows no absolute names, and otherwise no relative ones.
    """
    place = outside(os.path.abspath(config.config_file)) if config.config_file else ""
    base = root.rstrip("/")
    if not config.relative_files or place not in [f"{base}/{name}" for name in FOUND]:
        return outside

    def rename(path):
        whole = outside(path)
        return whole[len(base) + 1 :] if whole.startswith(base + "/") else whole

    return rename
