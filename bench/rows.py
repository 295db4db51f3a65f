"""See bench/rows, which calls this."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))

from matrix import places

COVERAGES = ("6.5", "7.6", "7.10", "7.13", "newest")
# With what they need: more than ten packages.
PACKAGES = ("flask", "gunicorn", "pygments", "pytest", "pytest-xdist", "setuptools")
CONFIGS = {"branches": 0, "lines": 150, "patterns": 150, "contexts": 150, "paths": 150}
TRIAL = Path(__file__).parent / "lib" / "rows" / "trial.py"


def main():
    options = parse()
    stream = sys.stderr if options.json else sys.stdout
    interpreters, _ = places.pythons()
    wanted = [(python, version) for python in interpreters for version in COVERAGES]
    words = [word.strip() for word in options.only.split(",") if word.strip()]
    wanted = [one for one in wanted if all(word in name(*one) for word in words)]
    results, skipped = [], []

    def one(python, version):
        try:
            interpreter = environment(options.cache, interpreters[python], python, version)
            for told in trial(interpreter, options):
                results.append(told)
                print(row(told), *told["first"], sep="\n    ", file=stream, flush=True)
        except (places.CannotInstall, subprocess.CalledProcessError) as error:
            skipped.append({"case": name(python, version), "reason": str(error)})
            print(f"{name(python, version)}: skipped: {error}", file=stream, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda pair: one(*pair), wanted))
    result = {
        "trials": len(results),
        "skipped": skipped,
        "differences": sum(told["differences"] for told in results),
        "files": sum(told["files"] for told in results),
        "results": results,
    }
    print(
        f"{result['trials']} trials of {result['files']} files, {result['differences']} differences,"
        f" {len(skipped)} combinations skipped",
        file=stream,
    )
    if options.json:
        print(json.dumps(result))
    if not results:
        return 2
    return 1 if result["differences"] else 0


def parse():
    parser = argparse.ArgumentParser(prog="bench/rows", description="see the head of bench/rows")
    parser.add_argument("--json", action="store_true", help="the last line is one object")
    parser.add_argument("--sample", type=int, help="so many files for all settings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="combinations at the same time (2)")
    parser.add_argument("--only", default="", help="only those whose name holds all these words")
    parser.add_argument("--cache", type=Path, default=places.ROOT / ".cache" / "rows")
    return parser.parse_args()


def name(python, version):
    return f"python {python}, coverage {version}"


def environment(cache, interpreter, python, version):
    """The python of a virtual environment with that coverage.py, made where it is not there yet."""
    place = cache / f"{python}-{version}"
    if not (place / ".complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        pinned = "coverage" if version == "newest" else f"coverage=={version}.*"
        places.make_environment(interpreter, place, [pinned, *PACKAGES])
        (place / ".complete").touch()
    return str(place / "bin" / "python")


def trial(interpreter, options):
    """What each trial tells, as it is done."""
    counts = dict.fromkeys(CONFIGS, options.sample) if options.sample else CONFIGS
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    with subprocess.Popen(
        [interpreter, "-W", "ignore", str(TRIAL)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environ,
        text=True,
    ) as process:
        process.stdin.write(json.dumps({"seed": options.seed, "configs": counts}))
        process.stdin.close()
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, str(TRIAL))


def row(told):
    return (
        f"python {told['python']}, coverage {told['coverage']}, {told['config']}: {told['files']} files,"
        f" {told['differences']} differences ({told['seconds']} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
