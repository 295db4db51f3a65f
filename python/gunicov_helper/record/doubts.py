"""What coverage.py, or the hook that watched it, has against a worker's data."""

import re

WRONG, SHOWN, SHOWN_IF_ALL = "wrong", "shown", "shown if all say it"
# coverage.py's warnings (6.5 to 7.17), by its own names for them.
WARNINGS = {
    "trace-changed": WRONG,  # its tracer in Python found another trace function at the end
    "already-imported": WRONG,  # what ran before coverage did is missing
    "module-not-measured": WRONG,  # the same, of a package that `source` names
    "module-not-imported": SHOWN_IF_ALL,  # another worker may have imported it
    "module-not-python": SHOWN_IF_ALL,
    "couldnt-parse": SHOWN,  # `ignore_errors`: the file is left out, as the user wants it
    "include-ignored": SHOWN,
    "dynamic-conflict": SHOWN,  # about contexts: the lines are right
    "no-sysmon-context": SHOWN,
    "no-sysmon": SHOWN,  # another core measures
    "no-ctracer": SHOWN,
    "cant-combine": SHOWN,  # an error of `collect` by then
    "no-data-collected": SHOWN,  # the hook does not pass it on: `unmeasured` tells more
}
# Those without a name, by how they begin.
WRONG_BEGINNINGS = (
    "Plugin file tracers",  # this core of coverage.py can't serve the plugin: it measures none of its files
    "Disabling plug-in",  # it has failed, and the rest of its files is not measured
)
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
AFTERWARDS = "what ran afterwards may not be measured"


def kind_of(slug, text):
    return WRONG if text.startswith(WRONG_BEGINNINGS) else WARNINGS.get(slug, SHOWN)


class Doubts:
    """Of the workers that have saved. `reasons`: why their data is not whole; `warnings`: what else coverage.py
    has said (lists of str)."""

    def __init__(self, saved, rows):
        """`saved`: what each of them has written (dicts, docs/protocol.md); `rows`: the report's, by path."""
        self.saved = [one for one in saved if not one.get("error")]
        self.wrong, self.shown = {}, {}  # text -> pids of the workers
        for worker in self.saved:
            self.take(worker, rows)
        self.reasons = [phrase(text, pids) for text, pids in self.wrong.items()]
        self.warnings = [phrase(text, pids) for text, pids in self.shown.items()]

    def take(self, worker, rows):
        pid = worker.get("pid")
        for slug, text in worker.get("warnings") or []:
            kind = kind_of(slug, text)
            if kind != SHOWN_IF_ALL or self.all_say(slug, text):
                clean = ADDRESS.sub("", text.strip().splitlines()[0])
                group = self.wrong if kind == WRONG else self.shown
                group.setdefault(f"coverage.py says: {clean}", []).append(pid)
        for doubt in worker.get("doubts") or []:
            text = f"{ADDRESS.sub('', doubt)}: {AFTERWARDS}"
            self.wrong.setdefault(text, []).append(pid)
        missed = [path for path in worker.get("unmeasured") or [] if has_statements(rows.get(path))]
        if missed:
            more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
            text = f"nothing was measured, though {missed[0]}{more} was imported"
            self.wrong.setdefault(text, []).append(pid)

    def all_say(self, slug, text):
        return all([slug, text] in (one.get("warnings") or []) for one in self.saved)


def has_statements(row):
    return row is not None and row["summary"]["num_statements"] > 0


def phrase(text, pids):
    """`worker 7: …`, `workers 7, 8: …`"""
    listed = ", ".join(str(pid) for pid in dict.fromkeys(pids))
    return f"worker{'s' if ',' in listed else ''} {listed}: {text}"
