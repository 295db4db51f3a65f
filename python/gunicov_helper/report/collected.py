"""The last report, and the data files that it was made of."""

import os
import shutil
import time

from gunicov_common.failure import Failure

from gunicov_helper.failure import AGAIN
from gunicov_helper.report.check import Check
from gunicov_helper.report.reading import Readings


class Collected:
    """The last report: its number, rows (by path) and totals, and all that it was made of."""

    def __init__(self, files, config):
        self.files, self.config = files, config
        self.began = time.time()
        self.generation = None  # of which it is
        self.settings = self.options = None  # coverage.py's: as text, and as its own object
        self.kept_no_rows = (
            None  # why no row of the report before was taken over (text); None: they were
        )
        self.number, self.rows, self.totals, self.hashes = 0, {}, {}, {}

    def check(self, theirs, settings):
        """As `Check.against`; nothing is compared where coverage.py's settings are others now."""
        if settings != self.settings:
            return 0, []
        return Check(self.rows, self.totals, self.hashes, self.began).against(theirs)


def link_all(files, folder):
    """Give files second names in a new directory, where nobody removes them; returns these."""
    os.mkdir(folder)
    links = []
    for number, path in enumerate(files):
        links.append(os.path.join(folder, f"{number}-{os.path.basename(path)}"))
        link(path, links[-1])
    return links


def link(path, name):
    """Another name for a file; a copy of it where the file system knows no such thing, or forbids it."""
    if not os.path.exists(path):
        raise Failure("no-report", "the last report's data files have been removed", AGAIN)
    try:
        os.link(path, name)
    except OSError:
        shutil.copyfile(path, name)


def nothing_left(collected, unparsed=()):
    """The Failure of data of which coverage.py reports no file. `unparsed`: what it says of files that it leaves out."""
    count = len(collected.files)
    return Failure(
        "coverage-error",
        "coverage.py has data, but no file to report: of {} in {}{}".format(
            "1 data file" if count == 1 else f"{count} data files",
            os.path.dirname(collected.files[0]),
            "".join(f"; {text}" for text in unparsed),
        ),
        "Do `include`, `omit` and `source` of coverage's configuration ({}) leave the server's code?".format(
            collected.config or "no file"
        ),
    )


def refuse_lost(generation):
    """Raise the Failure that says so where workers of a generation have left no data because they are lost."""
    saved, forked = generation.by_age("saved"), generation.forked()
    names = {age: worker.get("file") for age, worker in saved.items()}
    removed = [
        name for name in names.values() if name and not os.path.exists(generation.join(name))
    ]
    lost = len(set(forked) - set(saved)) + len(removed)
    if lost:
        raise Failure(
            "no-report",
            f"no data of generation {generation.number} is left: {lost} of {len(forked)} workers are lost",
            f"The report's reasons tell the cause of each. {AGAIN}",
        )


def nothing_measured(number, of_master, config):
    """The Failure of a generation whose workers have no data; `of_master`: data files of gunicorn's master, if any."""
    message = f"no worker of generation {number} has measured anything"
    named = f"of coverage's configuration ({config or 'no file'})"
    reading = Readings().together(of_master) if of_master else None
    paths = sorted(path for path, pieces in reading.files.items() if pieces) if reading else []
    if not paths:
        return Failure(
            "no-report",
            message,
            f"Do `source`, `include` and `omit` {named} let code of the server be measured that its workers run?",
        )
    rest = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return Failure(
        "no-report",
        f"{message}: of what is to be measured only gunicorn's master has run any ({paths[0]}{rest})",
        f"Have `source`, `include` or `omit` {named} let code be measured that the workers run, too: "
        "what only the master runs (gunicorn's configuration and what it imports) no test reaches.",
    )
