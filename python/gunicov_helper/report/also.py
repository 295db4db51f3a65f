"""Other measurements (unit tests' data files) together with the server's, by coverage.py's own combination."""

import base64
import os
import zlib

from gunicov_common.failure import Failure

from gunicov_helper.files import digest_of
from gunicov_helper.report.no_code import of_another_version
from gunicov_helper.report.renaming import Renaming

RERUN = "Run what writes it again, with the same `branch` as the server's coverage configuration."


class Other:
    """A measurement beside the server's: `files` are its data files, in coverage.py's form, with paths as they are here;
    `fresh` the same without what they say of `stale` files.

    `stale`: files of which the data is not known to be of the version here; `gone`: those that are not there where
    the server runs. Both are paths here.
    """

    def __init__(self, asked, inside, root, folder, analyser, measured):
        self.name = asked["name"]
        self.inside, self.root, self.analyser = inside, root, analyser
        self.branches = measured.get_data().has_arcs()
        # Then the server's own data has such names, and older versions of coverage.py translate none to them.
        self.base = os.getcwd() + "/" if measured.config.relative_files else None
        self.had = {inside(path): sha for path, sha in (asked.get("sources") or {}).items()}
        self.stale, self.gone, self.files, self.fresh = set(), set(), [], []
        for number, file in enumerate(asked["files"]):
            written = os.path.join(folder, f"{number}.written")
            with open(written, "wb") as stream:
                stream.write(zlib.decompress(base64.b64decode(file["data"])))
            self.take(written, file, os.path.join(folder, str(number)))

    def take(self, written, file, path):
        """Write the data file again with paths that are right here, under names that begin with `path`."""
        theirs = self.analyser.coverage.CoverageData(written)
        try:
            theirs.read()
            measured = sorted(theirs.measured_files())
        except Exception as error:  # noqa: BLE001 - whatever coverage.py or SQLite says of it
            raise self.failure(
                file, "is no data file of coverage.py, or damaged", repr(error)
            ) from None
        if not measured:
            raise self.failure(file, "holds no data")
        if theirs.has_arcs() != self.branches:
            held, other = ("branches", "lines") if theirs.has_arcs() else ("lines", "branches")
            raise self.failure(file, f"holds {held}, and the server measures {other}")
        names, fresh = {}, {}
        for name in measured:
            place = self.inside(os.path.join(self.root, name))
            if not os.path.exists(place):
                self.gone.add(place)
                continue
            if self.is_other(place, file["mtime"]) or of_another_version(place, ran(theirs, name)):
                self.stale.add(place)
            else:
                fresh[name] = self.called(place)
            names[name] = self.called(place)
        if not names:
            raise self.failure(file, "has no file that is there where the server runs")
        self.files.append(self.write(theirs, names, f"{path}.here"))
        if fresh:
            self.fresh.append(self.write(theirs, fresh, f"{path}.fresh"))

    def write(self, theirs, names, path):
        """Write what data says of files (by their names there: those here); returns `path`."""
        ours = self.analyser.coverage.CoverageData(path)
        if self.branches:
            ours.add_arcs({place: theirs.arcs(name) or [] for name, place in names.items()})
        else:
            ours.add_lines({place: theirs.lines(name) or [] for name, place in names.items()})
        for name, place in names.items():  # also where nothing of it has run
            ours.touch_file(place, theirs.file_tracer(name) or "")
        ours.write()
        return path

    def is_other(self, place, written):
        """Whether a file is not known to be what its tests had: by its bytes, or where nobody knows these by its time."""
        if place in self.had:
            return self.had[place] is None or self.had[place] != digest_of(place)
        return os.stat(place).st_mtime > written

    def called(self, place):
        inside = self.base and place.startswith(self.base)
        return place[len(self.base) :] if inside else place

    def failure(self, file, what, detail=None):
        message = f"{self.name}: {file['path']} {what}"
        return Failure("coverage-error", message, RERUN, detail)


def ran(data, name):
    """The lines of a file that have run; none where a plugin (of templates, say) has numbered them."""
    return () if data.file_tracer(name) else data.lines(name) or ()


def combined(asked, pairs, root, child, measured, config, analyser):
    """What each measurement comes to by itself, and all of them with the server's.

    Returns {others: [{name, report, stale, gone}], refused: [{name, why}], all}: reports as in docs/protocol.md. `pairs`
    are those of `export`, `measured` is a Coverage of the server's data.
    """
    turned = [{"inside": pair["outside"], "outside": pair["inside"]} for pair in pairs]
    files, others, refused = [os.path.join(child.scratch, "system")], [], []
    analyser.save(measured, files[0], lambda path: path)
    for number, one in enumerate(asked):
        folder = os.path.join(child.scratch, f"also-{number}")
        os.mkdir(folder)
        try:
            with analyser.errors():
                other = Other(one, Renaming(turned), root, folder, analyser, measured)
            report = analyser.plain_report(analyser.combine(other.files, config))
        except Failure as failure:
            refused.append({"name": one["name"], "why": failure.message})
            continue
        others.append(
            {
                "name": other.name,
                "report": report,
                "stale": sorted(other.stale),
                "gone": sorted(other.gone),
            }
        )
        files += other.fresh
    together = analyser.plain_report(analyser.combine(files, config))
    return {"others": others, "refused": refused, "all": together}
