"""See bench/faithful, which calls this."""

import argparse
import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))

from faithful import corpus, table
from faithful.compare import compare
from faithful.environments import environment
from faithful.watched import GUNICOV
from matrix import places


def main():
    options = parse()
    # A shell's background job has it ignored, and so would pytest, which is to be cancelled by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stream = sys.stderr if options.json else sys.stdout
    began = time.monotonic()
    wanted = chosen(options)
    if options.list:
        for project, version in wanted:
            print(f"{name(project, version):44} {project.about}")
        return 0

    def one(case):
        told = run(*case, options)
        print(table.row(told), file=stream, flush=True)
        return told

    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(one, wanted))
    result = summed(results)
    print(table.foot(result, time.monotonic() - began), file=stream, flush=True)
    if options.json:
        print(json.dumps(result))
    if not result["runs"]:
        return 2
    return 1 if result["differences"] else 0


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/faithful", description="see the head of bench/faithful"
    )
    parser.add_argument("--small", action="store_true", help="only what is installed already")
    parser.add_argument("--json", action="store_true", help="the last line is one object")
    parser.add_argument("--jobs", type=int, default=2, help="projects at the same time (2)")
    parser.add_argument("--only", default="", help="only names that hold one of these words")
    parser.add_argument("--exactly", default="", help="only the projects of these names")
    parser.add_argument("--part", default="", help="of its projects, the share 1/3, 2/3 or 3/3")
    parser.add_argument("--list", action="store_true", help="name the projects and end")
    parser.add_argument("--keep", type=Path, help="leave the files of both runs in this directory")
    parser.add_argument("--gunicov", default=GUNICOV, help="another version's bin/gunicov")
    parser.add_argument("--cache", type=Path, default=places.ROOT / ".cache" / "faithful")
    return parser.parse_args()


def name(project, version):
    return f"{project.name} @{version}"


def chosen(options):
    """[(project, version of pytest)]."""
    every = [(project, version) for project in corpus.PROJECTS for version in project.pytests]
    if options.small:
        every = [case for case in every if case[1] == "newest" and not case[0].packages]
    words = [word.strip() for word in options.only.split(",") if word.strip()]
    names = [word.strip() for word in options.exactly.split(",") if word.strip()]
    if words:
        every = [case for case in every if any(word in name(*case) for word in words)]
    if names:
        every = [case for case in every if case[0].name in names or name(*case) in names]
    if options.part:
        part, parts = map(int, options.part.split("/"))
        every = every[part - 1 :: parts]
    return every


def run(project, version, options):
    """{project, pytest, differences, ms}, or with a "reason" why it could not be run."""
    told = {"project": project.name, "pytest": version}
    try:
        place = (
            places.ROOT / ".venv"
            if options.small
            else environment(options.cache, project.requirements(version))
        )
    except places.CannotInstall as error:
        return {**told, "reason": str(error)}
    began = time.monotonic()
    keep = options.keep and options.keep / name(project, version).replace(" ", "-")
    differences = compare(project, place, options.gunicov, keep)
    ms = round(1000 * (time.monotonic() - began))
    runs = 2 * ((5 if project.cancel else 3) + (2 if project.rerun else 0))
    return {**told, "runs": runs, "differences": differences, "ms": ms}


def summed(results):
    """What --json prints."""
    done = [one for one in results if "reason" not in one]
    skipped = [one for one in results if "reason" in one]
    return {
        "projects": len({one["project"] for one in done}),
        "runs": sum(one["runs"] for one in done),
        "differences": sum(len(one["differences"]) for one in done),
        "skipped": skipped,
        "results": done,
    }


if __name__ == "__main__":
    sys.exit(main())
