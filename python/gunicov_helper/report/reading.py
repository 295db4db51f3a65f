"""What data files hold of each measured file, read without combining them: coverage.py's schema is documented."""

import contextlib
import os
import sqlite3
import urllib.parse

SCHEMA = 7  # of coverage.py 5.0 and all newer ones so far
ARCS = "SELECT file_id, group_concat(fromno || ' ' || tono) FROM arc GROUP BY file_id"
LINES = "SELECT file_id, numbits FROM line_bits"


class Reading:
    """What data says of each file: `pieces` by path, whose meaning is `decode`'s.

    Two readings have the same pieces of a file only where they say the same of it.
    """

    def __init__(self, branches, files):
        self.branches, self.files = branches, files


class Readings:
    """Data files that have been read, until they belong to no report any more."""

    def __init__(self):
        self.known = {}

    def read(self, path):
        """The Reading of a data file; None where only coverage.py itself can say what it holds."""
        try:
            about = os.stat(path)
        except OSError:
            return None
        key = (path, about.st_ino, about.st_mtime_ns, about.st_size)
        if key not in self.known:
            self.known[key] = read_file(path)
        return self.known[key]

    def together(self, paths):
        """A Reading of these data files together, or None, as in `read`. The others are forgotten."""
        read = [self.read(path) for path in paths]
        self.known = {key: one for key, one in self.known.items() if key[0] in paths}
        if None in read or len({one.branches for one in read}) != 1:
            return None
        files = {}
        for one in read:
            for path, pieces in one.files.items():
                files.setdefault(path, set()).update(pieces)
        return Reading(read[0].branches, files)


def read_file(path):
    """The Reading of a data file, or None: it is damaged, or holds more than lines or branches."""
    try:
        uri = f"file:{urllib.parse.quote(path)}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            return read_database(database)
    except sqlite3.Error:
        return None


def read_database(database):
    (version,) = database.execute("SELECT version FROM coverage_schema").fetchone()
    kinds = database.execute("SELECT value FROM meta WHERE key = 'has_arcs'").fetchall()
    if version != SCHEMA or kinds not in ([("0",)], [("1",)]):
        return None
    branches = kinds == [("1",)]
    other = "line_bits" if branches else "arc"
    more = f"SELECT EXISTS (SELECT 1 FROM tracer), EXISTS (SELECT 1 FROM {other})"
    if any(database.execute(more).fetchone()):
        return None
    names = dict(database.execute("SELECT id, path FROM file"))
    files = {name: set() for name in names.values()}
    for number, piece in database.execute(ARCS if branches else LINES):
        if number in names:
            files[names[number]].add(piece)
    return Reading(branches, files)


def decode(pieces, branches):
    """The arcs, or the lines, that pieces stand for."""
    if branches:
        pairs = (pair.split() for piece in pieces for pair in piece.split(","))
        return {(int(start), int(end)) for start, end in pairs}
    from coverage.numbits import numbits_to_nums

    return {line for piece in pieces for line in numbits_to_nums(piece)}


def fill(data, branches, files):
    """Put into coverage.py's own (empty) data what was read of these files."""
    executed = {path: decode(pieces, branches) for path, pieces in files.items() if pieces}
    if branches:
        data.add_arcs(executed)
    else:
        data.add_lines(executed)
    data.touch_files(list(files))  # also those of which nothing has run
