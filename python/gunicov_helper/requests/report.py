"""`collect` and what is made of its result: `html`, `export`, `read`; `prune`."""

import hashlib
import json
import math
import os
import shutil
import tempfile
import time

from gunicov_common.failure import Failure

from gunicov_helper.failure import AGAIN
from gunicov_helper.files import RealPaths, list_names
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.watch import POLL_SECONDS
from gunicov_helper.protocol.wait import Wait
from gunicov_helper.record.doubts import Doubts
from gunicov_helper.record.imported import (
    CLOCK_SECONDS,
    begun,
    changed_since,
    digest_of_source,
    imported,
)
from gunicov_helper.record.master_code import is_masters
from gunicov_helper.record.refusals import not_saved
from gunicov_helper.record.roster import Roster, look_settled
from gunicov_helper.record.settings import changed_settings
from gunicov_helper.report.also import combined
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.child import Child
from gunicov_helper.report.collected import (
    Collected,
    link_all,
    nothing_left,
    nothing_measured,
    refuse_lost,
)
from gunicov_helper.report.environment import Environment
from gunicov_helper.report.formats import write_formats
from gunicov_helper.report.renaming import Renaming, relative_to
from gunicov_helper.report.results import settings_of
from gunicov_helper.report.summary import public_report
from gunicov_helper.report.table_options import below, view_of
from gunicov_helper.report.unparsed import unparsed_warnings
from gunicov_helper.source import decode_source

TEXT_LIMIT = 2 * 1024 * 1024
END_SECONDS = 1.0
OUTPUT_HIGH_WATER = 4 * 1024 * 1024
ASKED = "coverage.py's own report was asked for"
COMBINED = "coverage.py combines the data, as its settings or the data itself ask for"
BACKGROUND = 5  # how much nicer than what a cycle waits for


class Report:
    """Reports of the data that a generation has left."""

    def __init__(self, session):
        self.session = session

    def do_collect(self, request, job):
        self.session.verified()
        number = request["generation"]
        try:
            return (yield from self.collect(request, job))
        finally:
            for generation in [] if self.session.own else self.session.generations_of(number):
                generation.release()

    def collect(self, request, job):
        """The answer to `collect`; of rows that are in the report `since` only the paths."""
        number = request["generation"]
        files = (
            self.session.own.files(number).paths
            if self.session.own
            else self.recorded_files(number)
        )
        self.session.enter_project()
        self.session.analyser = self.session.analyser or Analyser()
        collected = Collected(files, self.coverage_config())
        try:
            with self.session.own_modules:
                report = yield from self.analyse(collected, request.get("plain"), job)
        except Failure as failure:
            if not failure.message.startswith("NoDataError"):
                raise
            raise nothing_left(collected) from None
        unparsed = unparsed_warnings(report.pop("unparsed"))
        if not report["files"]:  # of nothing coverage.py's JSON says 100 %, its table refuses
            raise nothing_left(collected, unparsed)
        report["view"], unknown = view_of(collected.options, report["branches"])
        limit = request.get("fail_under"), request.get("alone")
        report["below"] = below(report["totals"], collected.options, *limit)
        collected.rows = {row["path"]: row for row in report["files"]}
        collected.totals = report["totals"]
        collected.hashes = {path: self.hash_of(path) for path in collected.rows}
        # With it, whoever shows a source can tell whether these are the lines that were measured.
        report["files"] = [
            dict(row, sha256=collected.hashes[row["path"]] or None) for row in report["files"]
        ]
        collected.rows = {row["path"]: row for row in report["files"]}
        superseded = set((self.session.own or self).superseded(number, collected.rows))
        before, self.session.collected = self.session.collected, collected
        collected.number = self.session.reports = self.session.reports + 1
        collected.generation = None if self.session.own else self.session.record.get(number)
        if before and before.number == request.get("since"):
            report["files"] = [
                row["path"] if before.rows.get(row["path"]) == row else row
                for row in report["files"]
            ]
        doubts = self.doubts(number, collected.rows)
        stale = superseded & self.master_code()
        return {
            "report": dict(report, number=collected.number),
            "superseded": sorted(superseded - stale),
            "stale": sorted(stale),
            "reasons": doubts.reasons,
            "fast_paths": {"coverage.keep_rows": collected.kept_no_rows},
            "warnings": [*doubts.warnings, *unknown, *unparsed],
        }

    def doubts(self, number, rows):
        generations = [] if self.session.own else self.session.generations_of(number)
        return Doubts(
            [worker for one in generations for worker in one.by_age("saved").values()], rows
        )

    def analyse(self, collected, plain, job):
        """A generator that returns the report; combines the data only where it must.

        `plain`: it is coverage.py's own JSON report, as it is where its internals are not known.
        """
        analyser = self.session.analyser
        with Environment(self.session.master.environment):
            measured = analyser.make(collected.config)
        collected.settings, collected.options = settings_of(measured), measured.config
        collected.kept_no_rows = ASKED if plain else analyser.public
        if analyser.internals and not plain:
            report = yield from sliced(analyser.quick_report(measured, collected.files))
            if report is not None:
                return report
        collected.kept_no_rows = collected.kept_no_rows or analyser.public or COMBINED
        if analyser.internals and not plain:
            with Environment(self.session.master.environment):
                measured = analyser.combine(collected.files, collected.config)
            collected.options = measured.config
            return (yield from sliced(analyser.report(measured)))
        analyser.results.hashes = {}
        return (yield from self.in_child(job, collected, lambda _, it: analyser.plain_report(it)))

    def recorded_files(self, number):
        """The data files of the run that ended with that generation of the record."""
        generations = self.session.generations_of(number)
        if not generations:
            raise Failure("no-report", f"generation {number} is not recorded", AGAIN)
        files = [path for generation in generations for path in generation.data_files()]
        if all(map(is_masters, files)):
            for generation in generations:
                self.refuse_unsaved(generation)
                refuse_lost(generation)
            raise nothing_measured(number, files, self.coverage_config())
        return files

    def refuse_unsaved(self, generation):
        """Raise the Failure that tells why, where its workers have measured, but could not save."""
        errors = [worker.get("error") for worker in generation.by_age("saved").values()]
        errors += [self.session.errors.of_worker(age) for age in generation.forked()]
        why = next((str(error).strip().splitlines()[-1] for error in errors if error), None)
        if why:
            raise not_saved(why, os.path.dirname(self.session.record.path))

    def coverage_config(self):
        """The file that coverage.py read its configuration from; None: it is to search for it."""
        if self.session.own:
            return (self.session.master.environment or {}).get("COVERAGE_PROCESS_START")
        return self.session.record.master().get("coverage_config")

    def superseded(self, number, rows):
        """What the workers of the run have read that was another one at the analysis (paths): files of a report's
        `rows` (by path), other modules of the project (a plugin of coverage's is one), and settings.

        What has run without a worker's having imported it (in a process of the app's, or a template) must not
        have been written since the run was begun.
        """
        generations = self.session.generations_of(number)
        since = begun(generations[0]) if generations else 0.0
        real = RealPaths()
        analysed = {real(path): path for path in rows}
        found, known = set(changed_settings(generations)), set()
        inherited = self.master_code()
        for where, digest in set().union(*map(imported, generations)):
            path = analysed.get(real(where))
            known.add(path)
            if path:
                other = self.hash_of(path) != digest
            else:
                other = self.is_other(where, digest, 0.0 if where in inherited else since)
            if other:
                found.add(path or where)
        for path, row in rows.items():
            if path not in known and row["executed_lines"] and changed_since(path, since):
                found.add(path)
        return sorted(found)

    def master_code(self):
        """Files (set of paths) that gunicorn's master has imported, for good."""
        return set(self.session.record.master().get("imported") or [])

    def hash_of(self, path):
        """The hash that a file had when it was analysed; where that is not known, what it has now."""
        known = self.session.analyser.results.hashes.get(path)
        return digest_of_source(path) if known is None else known

    def is_other(self, path, digest, since):
        """Whether a module that is not measured has other bytes than those, which it had then (epoch seconds)."""
        used = self.session.own_modules.hashes.get(path)
        if used is not None:
            return used != digest
        return changed_since(path, since - CLOCK_SECONDS) and digest_of_source(path) != digest

    def last(self):
        """The last report; raises Failure `no-report` where there is none."""
        if self.session.collected is None:
            raise Failure("no-report", "there is no report yet", "Send `collect` first.")
        return self.session.collected

    def do_html(self, request, job):
        self.session.verified()

        def work(child, measured):
            with self.session.analyser.errors():
                measured.html_report(directory=child.scratch)
            return child.send_files(child.scratch)

        return self.in_child(job, self.last(), work, BACKGROUND)

    def do_export(self, request, job):
        self.session.verified()
        outside, root = Renaming(request["map"]), request.get("root")
        formats, mark = request.get("formats") or [], request.get("mark")
        collected, analyser = self.last(), self.session.analyser

        def work(child, measured):
            rename = relative_to(root, outside, measured.config) if root else outside
            analyser.save(measured, os.path.join(child.scratch, ".coverage"), rename)
            report = json.loads(analyser.json(measured))
            # It is there anyway: what was reported is checked against it.
            compared, differences = collected.check(public_report(report), settings_of(measured))
            report["files"] = {rename(path): row for path, row in report["files"].items()}
            if mark:
                report["meta"]["gunicov"] = mark
            with open(os.path.join(child.scratch, "coverage.json"), "w") as file:
                json.dump(report, file)
            with analyser.errors():
                write_formats(formats, measured, child.scratch, rename, mark)
            sent = child.send_files(child.scratch)
            return dict(sent, compared=compared, differences=differences)

        return self.in_child(job, collected, work, BACKGROUND)

    def do_combine(self, request, job):
        self.session.verified()
        collected, analyser = self.last(), self.session.analyser
        limit = request.get("fail_under"), request.get("alone")

        def work(child, measured):
            places = request["map"], request["root"]
            with Environment(self.session.master.environment):
                answer = combined(
                    request["also"], *places, child, measured, collected.config, analyser
                )
            total = answer["all"]["totals"]
            return dict(answer, below=below(total, collected.options, *limit))

        return self.in_child(job, collected, work, BACKGROUND)

    def in_child(self, job, collected, work, nice=0):
        """Do work with a report's data in a child, whose lines are passed on at the reader's pace."""
        yield from self.let_end(collected.generation)
        base = self.session.scratch if self.session.own else self.session.record.path
        scratch = tempfile.mkdtemp(prefix="report-", dir=base)
        self.session.scratches.add(scratch)
        child = None
        try:
            files = link_all(collected.files, os.path.join(scratch, "data"))

            def work_on(child):
                with self.session.own_modules:
                    return work(child, self.combine(files, collected.config))

            child = Child(job, scratch, work_on, self.session.failure, nice)
            while True:
                if job.channel.queued > OUTPUT_HIGH_WATER:
                    yield Wait(time.monotonic() + POLL_SECONDS)
                    continue
                yield Wait(fds=[child.reader])
                lines = child.take()
                if lines is None:
                    break
                for line in lines:
                    job.channel.send_line(line)
        finally:
            if child:
                child.close()
            shutil.rmtree(scratch, ignore_errors=True)
            self.session.scratches.discard(scratch)
        answer = child.answer or {"error": {"kind": "internal", "message": "the child died"}}
        if "error" in answer:
            raise Failure(**answer["error"])
        return answer["ok"]

    def let_end(self, generation):
        """Wait until a generation's workers are gone, END_SECONDS at most: memory and processors are theirs, as
        they end, and their followers'."""
        if generation is None:
            return
        until = time.monotonic() + END_SECONDS
        with Deaths(self.session.master) as deaths:
            roster = Roster(generation, deaths, 0)
            roster.look()
            pids = [pid for pid in roster.pids.values() if pid is not None]
            while time.monotonic() < until and not all(deaths.gone(pid) for pid in pids):
                yield Wait(time.monotonic() + POLL_SECONDS)

    def combine(self, files, config):
        """A plain Coverage of the data files in a directory of their own, which is removed."""
        analyser = self.session.analyser
        with Environment(self.session.master.environment):
            blob = analyser.combine(files, config).get_data().dumps()
            shutil.rmtree(os.path.dirname(files[0]), ignore_errors=True)
            return analyser.reload(blob, config)

    def do_read(self, request, job):
        path = request["path"]
        if path not in self.last().rows:
            raise Failure("no-report", f"{path} is not in the last report", AGAIN)
        try:
            with open(path, "rb") as file:
                body = file.read(TEXT_LIMIT + 1)
        except FileNotFoundError:
            raise Failure("no-report", f"{path} is not there any more", AGAIN) from None
        if len(body) > TEXT_LIMIT:
            fix = "Open it in your editor (e on the screen)."
            raise Failure("no-report", f"{path} is larger than {TEXT_LIMIT} bytes", fix)
        return {"text": decode_source(body), "sha256": hashlib.sha256(body).hexdigest()}

    def do_prune(self, request, job):
        """Remove settled generations before those last closed, whose data may be wanted."""
        self.session.verified()
        if self.session.own:
            return {"removed": self.session.own.prune()}
        for name in list_names(self.session.record.path):  # of a helper that was killed
            path = os.path.join(self.session.record.path, name)
            if name.startswith("report-") and path not in self.session.scratches:
                shutil.rmtree(path, ignore_errors=True)
        removed = []
        wanted = self.wanted()
        with Deaths(self.session.master) as deaths:
            for generation in self.session.record.generations()[:-2]:
                if generation.number >= wanted:
                    break
                if generation.children.look():
                    continue  # they have a place to save to, whoever wants it
                if generation.settled or look_settled(Roster(generation, deaths, 0)):
                    shutil.rmtree(generation.path)
                    removed.append(generation.number)
        self.session.closed = {
            number: those for number, those in self.session.closed.items() if number >= wanted
        }
        return {"removed": removed}

    def wanted(self):
        """Number of the oldest generation of a run that is under way, or was the last to be closed."""
        closed = self.session.closed
        firsts = [closed[max(closed)][0].number] if closed else []
        return min(
            [*firsts, *([self.session.measured_run.first] if self.session.measured_run else [])],
            default=math.inf,
        )


def sliced(work):
    """Run a generator in slices of 20 ms, so that other requests are answered meanwhile."""
    until = time.monotonic() + 0.02
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value
        if time.monotonic() > until:
            yield Wait(0.0)
            until = time.monotonic() + 0.02
