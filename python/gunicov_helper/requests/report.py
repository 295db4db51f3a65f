"""`collect` and what is made of its result: `html`, `export`, `read`; `prune`."""

import hashlib
import json
import os
import shutil
import tempfile
import time

from gunicov_helper.failure import Failure, no_place
from gunicov_helper.files import list_names, read_bytes
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.watch import POLL_SECONDS
from gunicov_helper.protocol.wait import Wait
from gunicov_helper.record.roster import Roster, look_settled
from gunicov_helper.report.analyser import Analyser
from gunicov_helper.report.child import Child
from gunicov_helper.report.environment import Environment
from gunicov_helper.report.renaming import Renaming
from gunicov_helper.source import decode_source

TEXT_LIMIT = 2 * 1024 * 1024
OUTPUT_HIGH_WATER = 4 * 1024 * 1024


class Report:
    """Reports of the data that a generation has left."""

    def __init__(self, session):
        self.session = session

    def do_collect(self, request, job):
        self.session.verified()
        number = request["generation"]
        try:
            return (yield from self.collect(number))
        finally:
            generation = None if self.session.own else self.session.record.get(number)
            if generation is not None:
                generation.let_next_boot()

    def collect(self, number):
        """The answer to `collect`, of that generation."""
        files = (
            self.session.own.files(number).paths
            if self.session.own
            else self.recorded_files(number)
        )
        self.session.enter_project()
        analyser = self.session.analyser = self.session.analyser or Analyser()
        config = self.coverage_config()
        with Environment(self.session.master.environment):
            measured = analyser.combine(files, config)
            combined = measured.get_data()
        report = yield from sliced(analyser.report(measured))
        paths = {row["path"] for row in report["files"]}
        self.session.collected = Collected(combined, config, paths)
        superseded = (self.session.own or self).superseded(number, paths)
        return {"report": report, "superseded": superseded}

    def recorded_files(self, number):
        """The data files of a generation of the record."""
        generation = self.session.record.get(number)
        if generation is None:
            raise Failure("no-report", f"generation {number} is not recorded")
        files = generation.data_files()
        if not files:
            self.refuse_unsaved(generation)
            raise Failure(
                "no-report",
                f"no worker of generation {number} has measured anything",
                "Does `source` in the coverage configuration name the server's own code?",
            )
        return files

    def refuse_unsaved(self, generation):
        """Raise Failure `coverage-dir` where its workers have measured, but could not save."""
        told = [told.get("error") for told in generation.told("saved").values()]
        told += [self.session.errors.of_worker(age) for age in generation.forked()]
        why = next((str(error).strip().splitlines()[-1] for error in told if error), None)
        if why:
            raise no_place(os.path.dirname(self.session.record.path), why)

    def coverage_config(self):
        """The file that coverage.py read its configuration from; None: it is to search for it."""
        if self.session.own:
            return (self.session.master.environment or {}).get("COVERAGE_PROCESS_START")
        return self.session.record.master().get("coverage_config")

    def superseded(self, number, paths):
        """Measured files that a worker of the generation imported other bytes of than analysed.

        `booted` knows the files imported at boot, `saved` those imported later as well.
        """
        generation = self.session.record.get(number)
        analysed = {os.path.realpath(path): path for path in paths}
        found = set()
        for told in [*generation.told("booted").values(), *generation.told("saved").values()]:
            for path, digest in (told.get("hashes") or {}).items():
                known = analysed.get(os.path.realpath(path))
                if known and self.hash_of(known) != digest:
                    found.add(known)
        return sorted(found)

    def hash_of(self, path):
        """The hash that a file had when it was analysed (without the cache: that it has now)."""
        if self.session.analyser.internals and path in self.session.analyser.cache.hashes:
            return self.session.analyser.cache.hashes[path]
        body = read_bytes(path)
        return None if body is None else hashlib.sha256(body).hexdigest()

    def last(self):
        """The last report; raises Failure `no-report` where there is none."""
        if self.session.collected is None:
            raise Failure("no-report", "there is no report yet", "Send `collect` first.")
        return self.session.collected

    def do_html(self, request, job):
        self.session.verified()
        collected = self.last()
        blob = collected.data.dumps()

        def work(child):
            with Environment(self.session.master.environment):
                measured = self.session.analyser.reload(blob, collected.config)
            with self.session.analyser.errors():
                measured.html_report(directory=child.scratch)
            return child.send_files(child.scratch)

        return self.in_child(job, work)

    def do_export(self, request, job):
        self.session.verified()
        collected = self.last()
        blob = collected.data.dumps()
        rename = Renaming(request["map"])

        def work(child):
            with Environment(self.session.master.environment):
                measured = self.session.analyser.reload(blob, collected.config)
            self.session.analyser.save(measured, os.path.join(child.scratch, ".coverage"), rename)
            report = json.loads(self.session.analyser.json(measured))
            report["files"] = {rename(path): row for path, row in report["files"].items()}
            with open(os.path.join(child.scratch, "coverage.json"), "w") as file:
                json.dump(report, file)
            return child.send_files(child.scratch)

        return self.in_child(job, work)

    def in_child(self, job, work):
        """Do work in a child, whose lines are passed on as they come, at the reader's pace."""
        base = self.session.scratch if self.session.own else self.session.record.path
        scratch = tempfile.mkdtemp(prefix="report-", dir=base)
        self.session.scratches.add(scratch)
        child = Child(job, scratch, work)
        try:
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
            child.close()
            self.session.scratches.discard(scratch)
        answer = child.answer or {"error": {"kind": "internal", "message": "the child died"}}
        if "error" in answer:
            raise Failure(**answer["error"])
        return answer["ok"]

    def do_read(self, request, job):
        path = request["path"]
        if path not in self.last().paths:
            raise Failure("no-report", f"{path} is not in the last report")
        try:
            with open(path, "rb") as file:
                body = file.read(TEXT_LIMIT + 1)
        except FileNotFoundError:
            raise Failure("no-report", f"{path} is not there any more") from None
        if len(body) > TEXT_LIMIT:
            raise Failure("no-report", f"{path} is larger than {TEXT_LIMIT} bytes")
        return {"text": decode_source(body)}

    def do_prune(self, request, job):
        """Remove settled generations before the one last closed, whose data may be wanted."""
        self.session.verified()
        if self.session.own:
            return {"removed": self.session.own.prune()}
        for name in list_names(self.session.record.path):  # of a helper that was killed
            path = os.path.join(self.session.record.path, name)
            if name.startswith("report-") and path not in self.session.scratches:
                shutil.rmtree(path, ignore_errors=True)
        removed = []
        with Deaths(self.session.master) as deaths:
            for generation in self.session.record.generations()[:-2]:
                if generation.settled or look_settled(Roster(generation, deaths, 0)):
                    shutil.rmtree(generation.path)
                    removed.append(generation.number)
        return {"removed": removed}


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


class Collected:
    """The last report: its combined data, and the files it is about."""

    def __init__(self, data, config, paths):
        self.data, self.config, self.paths = data, config, paths
