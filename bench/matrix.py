"""See bench/matrix, which calls this."""

import argparse
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))

from matrix import cases, compare, container, places, table
from matrix.setups import case as setups
from matrix.setups import compare as surfaces


def main():
    options = parse()
    if options.inside:
        return inside(options)
    began = time.monotonic()
    stream = sys.stderr if options.json else sys.stdout

    def say(text):
        print(text, file=stream, flush=True)

    with container.Debian(options.image, options.cache) as debian:
        wanted, interpreters, skipped = small() if options.small else whole(debian)
        wanted = chosen(wanted, options)
        if options.list:
            print("\n".join(case.name() for case in wanted))
            return 0
        say(table.head(len(wanted)))
        runner = Runner(options, interpreters, lambda told: say(table.row(told)))
        results = runner.all(case for case in wanted if case.python in interpreters)
        rest = [case for case in wanted if case.python not in interpreters]
        if rest:
            results += debian.run(rest, options.jobs, runner.tell)
    result = summed(results, skipped)
    say(table.foot(result, time.monotonic() - began))
    if options.json:
        print(json.dumps(result))
    if not result["cases"]:
        return 2
    return 1 if result["differences"] else 0


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/matrix", description="see the head of bench/matrix"
    )
    parser.add_argument("--small", action="store_true", help="only what is installed already")
    parser.add_argument("--json", action="store_true", help="the last line is one object")
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time (2)")
    parser.add_argument("--only", default="", help="only cases whose name holds all these words")
    parser.add_argument("--part", default="", help="of its cases, the share 1/3, 2/3 or 3/3, say")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--image", help="an image with Debian's python3")
    parser.add_argument("--cache", type=Path, default=places.ROOT / ".cache" / "matrix")
    parser.add_argument(
        "--inside",
        action="store_true",
        help="run the cases on stdin (JSON, a line each) on this Python; results on stdout",
    )
    return parser.parse_args()


def inside(options):
    """The part of the work that a container does for the call outside."""
    wanted = [cases.Case(*json.loads(line)) for line in sys.stdin]
    lock = threading.Lock()

    def tell(told):
        with lock:
            print(json.dumps(told), flush=True)

    Runner(options, dict.fromkeys((case.python for case in wanted), sys.executable), tell).all(
        wanted
    )
    return 0


def whole(debian):
    """(cases, {version: interpreter}, skipped) of a covering set over all Pythons at hand."""
    interpreters, too_old = places.pythons()
    versions = (*interpreters, *([debian.version] if debian.version else []))
    wanted, skipped = cases.covering(versions)
    in_setups, never = setups.covering(tuple(interpreters))
    wanted += in_setups
    skipped += never
    skipped += [
        {"case": f"python {version}", "reason": "gunicov's hook needs Python 3.8"}
        for version in too_old
    ]
    if not debian.version:
        skipped.append({"case": "Debian's python in a container", "reason": debian.reason})
    return wanted, interpreters, skipped


def small():
    """The same with what is installed already: each worker class, with 1, 2 and 8 workers."""
    python = places.own_environment()
    version = places.probe(python)
    spread = zip(cases.CLASSES, (2, 8, 1, 2, 1))
    wanted = [cases.Case(version, "own", "own", kind, n, "plain") for kind, n in spread]
    return wanted, {version: python}, []


def chosen(wanted, options):
    words = options.only.split(",") if options.only else []
    wanted = [case for case in wanted if all(word.strip() in case.name() for word in words)]
    if options.part:
        part, parts = map(int, options.part.split("/"))
        wanted = wanted[part - 1 :: parts]
    return wanted


class Runner:
    """Cases on Pythons that this process can start. `tell` gets each one's result."""

    def __init__(self, options, interpreters, tell):
        self.options = options
        self.interpreters = interpreters
        self.tell = tell
        self.lock = threading.Lock()  # one environment is made at a time: cases share them

    def all(self, wanted):
        with ThreadPoolExecutor(self.options.jobs) as pool:
            return list(pool.map(self.run, wanted))

    def run(self, case):
        """{"case", its values, versions, "differences", "files", "ms"}, or with a "reason" instead."""
        began = time.monotonic()
        told = {"case": case.name(), **case._asdict()}
        try:
            with self.lock:
                python = self.environment(case)
            told["gunicorn"], told["coverage"] = places.versions(python, places.worker_class(case))
        except places.CannotInstall as error:
            told["reason"] = str(error)
        else:
            how = surfaces if isinstance(case, setups.SetupCase) else compare
            found = how.compare(python, case)
            told.update(found, ms=round(1000 * (time.monotonic() - began)))
        self.tell(told)
        return told

    def environment(self, case):
        interpreter = self.interpreters[case.python]
        if case.gunicorn == "own":
            return interpreter
        return places.environment(self.options.cache, interpreter, case)


def summed(results, skipped):
    """What --json prints."""
    done = [one for one in results if "reason" not in one]
    refused = [{"case": one["case"], "reason": one["reason"]} for one in results if "reason" in one]
    return {
        "cases": len(done),
        "skipped": refused + skipped,
        "differences": sum(len(one["differences"]) for one in done),
        "results": done,
    }


if __name__ == "__main__":
    sys.exit(main())
