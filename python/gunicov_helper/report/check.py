"""The rows that were reported, against coverage.py's own JSON report of the same data."""

from gunicov_helper.record.imported import CLOCK_SECONDS, changed_since, digest_of_source

MOST_DIFFERENCES = 20  # differences at most
SHORT = 200  # characters of a value


class Check:
    """Whether a report (docs/protocol.md) is what coverage.py says, as far as that can still be known.

    `hashes` are the sources' at the report's analysis, `began` is when that was (epoch seconds): what was
    edited since proves nothing.
    """

    def __init__(self, rows, totals, hashes, began):
        self.rows, self.totals, self.hashes, self.began = rows, totals, hashes, began

    def against(self, theirs):
        """(how many files were compared, [{path, what, ours, theirs}]); `theirs` a report as well.

        The path of a difference in the totals is empty.
        """
        others = {row["path"]: row for row in theirs["files"]}
        found, edited = [], set()
        for path in sorted(self.rows.keys() | others.keys()):
            different = list(compare(self.rows.get(path), others.get(path)))
            if different and self.edited(path):
                edited.add(path)
                continue
            found += [dict(one, path=path) for one in different]
        if not edited:
            found += [dict(one, path="") for one in values("", self.totals, theirs["totals"])]
        return len(self.rows.keys() - edited), found[:MOST_DIFFERENCES]

    def edited(self, path):
        if path in self.rows:
            return digest_of_source(path) != self.hashes.get(path)
        return changed_since(path, self.began - CLOCK_SECONDS)


def compare(ours, theirs):
    """The differences of two rows; None: that side does not have the file."""
    if ours is None or theirs is None:
        yield {
            "what": "file",
            "ours": "not reported" if ours is None else "reported",
            "theirs": "not reported" if theirs is None else "reported",
        }
        return
    lists = {key: sorted(row) for key, row in ours.items() if isinstance(row, list)}
    yield from values("", lists, {key: sorted(theirs[key]) for key in lists})
    yield from values("", {"missing": ours["missing"]}, theirs)
    yield from values("summary.", ours["summary"], theirs["summary"])


def values(prefix, ours, theirs):
    for key, value in ours.items():
        if value != theirs.get(key):
            both = {"ours": repr(value)[:SHORT], "theirs": repr(theirs.get(key))[:SHORT]}
            yield dict(both, what=prefix + key)
