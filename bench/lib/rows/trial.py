"""The helper's rows of many sources with made-up data, each way it can come to them, against coverage.py's own."""

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[3] / "python")]

import coverage
from gunicov_helper.report.analyser import Analyser

from rows import compare, executed, sources

CONFIGS = {
    "branches": "[run]\nbranch = True\n",
    "lines": "[run]\n",
    "patterns": (
        "[run]\nbranch = True\n[report]\nexclude_lines =\n    raise\n    def __repr__\n"
        "partial_branches =\n    while\n    if not\nprecision = 2\n"
    ),
    "contexts": "[run]\nbranch = True\ndynamic_context = test_function\n",
    "paths": "[run]\nbranch = True\n[paths]\nall =\n    /usr\n    /nowhere\n",
}
ERRORS = "\n[report]\nignore_errors = True\n"  # of those that do not parse, as many test sources do


class Trial:
    """One configuration, its data files in a directory of their own, and one helper's analyser."""

    def __init__(self, folder, config, files, seed):
        self.folder, self.files = os.path.realpath(folder), files
        self.chance = random.Random(f"{seed} {config}")
        self.analyser = Analyser()
        self.branches, self.contexts = config != "lines", config == "contexts"
        text = CONFIGS[config]
        text = text.replace("[report]", ERRORS.strip()) if "[report]" in text else text + ERRORS
        Path(self.folder, ".coveragerc").write_text(text)
        self.parts = [{}, {}]
        self.data = [os.path.join(self.folder, f".coverage.h.{n}.x") for n in (1, 2)]

    def write(self, files):
        """New data files, in which other lines of these sources have run, and the same of the others."""
        for path in files:
            seen = sorted(executed.arcs_of(path, self.chance))
            for part in self.parts:
                part[path] = [arc for arc in seen if self.chance.random() < 0.7]
        for name, part in zip(self.data, self.parts):
            if os.path.exists(name):
                os.unlink(name)
            data = coverage.CoverageData(basename=name)
            if self.contexts:
                data.set_context(self.chance.choice(("", "one", "two")))
            if self.branches:
                data.add_arcs(part)
            else:
                data.add_lines({p: [end for _, end in arcs if end > 0] for p, arcs in part.items()})
            data.touch_files(self.files)  # those of which nothing has run as well
            data.write()

    def quickly(self):
        return finish(self.analyser.quick_report(self.analyser.make(None), self.data))

    def combined(self):
        return finish(self.analyser.report(self.analyser.combine(self.data, None)))

    def compare(self):
        """{way: [difference]} of all ways to the rows of the data as it is now."""
        theirs = compare.by_command_line(self.folder, self.data)
        reports = {"combined": self.combined(), "quick": self.quickly()}
        if self.analyser.internals is None:
            return {"none": ["this version's internals are not known"]}
        return {
            way: compare.differences(report, theirs, self.folder)
            for way, report in reports.items()
            if report
        }


def finish(work):
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def try_all(files, config, seed, folder):
    """[difference] of these sources: at first, and again when some of the data is another."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        trial = Trial(folder, config, files, seed)
        trial.write(files)
        found = [f"{way}: {one}" for way, them in trial.compare().items() for one in them]
        trial.write(trial.chance.sample(files, len(files) // 3))
        again = trial.compare()
        return found + [f"{way}, again: {one}" for way, them in again.items() for one in them]
    finally:
        os.chdir(before)


def main():
    """Takes JSON on stdin: `seed`; `configs`, of each the name and how many files (0: all). Tells of each on stdout."""
    wanted = json.loads(sys.stdin.read())
    library, installed = sources.standard_library(), sources.packages()
    everything = library + [path for paths in installed.values() for path in paths]
    for config, count in wanted["configs"].items():
        began = time.monotonic()
        chance = random.Random(f"{wanted['seed']} {config}")
        files = chance.sample(everything, min(count, len(everything))) if count else everything
        with tempfile.TemporaryDirectory() as folder:
            found = try_all(sorted(files), config, wanted["seed"], os.path.realpath(folder))
        told = {
            "python": ".".join(map(str, sys.version_info[:2])),
            "coverage": coverage.__version__,
            "config": config,
            "files": len(files),
            "packages": sorted(installed),
            "differences": len(found),
            "first": found[:10],
            "seconds": round(time.monotonic() - began, 1),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
