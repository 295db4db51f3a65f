"""Debian's python3, in a container of an image that has it: the same code, mounted, with a cache of its own."""

import json
import os
import subprocess
import uuid

from . import places


class Debian:
    """`version` is "3.14-debian", say, or None, and then `reason` says why."""

    def __init__(self, image, cache):
        self.image = image
        self.cache = cache / "debian"
        self.name = f"gunicov-bench-{uuid.uuid4().hex[:10]}"
        self.version, self.reason = None, "no Docker engine answers, or it has no such image"

    def __enter__(self):
        if self.image:
            self.probe()
        return self

    def __exit__(self, *error):
        if self.image:
            subprocess.run(["docker", "rm", "-f", self.name], check=False, capture_output=True)

    def probe(self):
        argv = ["docker", "run", "--rm", self.image, "python3", "-c", places.PROBE]
        done = subprocess.run(argv, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            self.version = f"{done.stdout.strip()}-debian"
        else:
            said = done.stderr.strip().splitlines()
            self.reason = said[-1] if said else f"exit code {done.returncode}"

    def run(self, wanted, jobs, tell):
        """The results of cases, each given to `tell` as it comes."""
        self.cache.mkdir(parents=True, exist_ok=True)
        who = f"{os.getuid()}:{os.getgid()}"
        argv = ["docker", "run", "--rm", "-i", "--init", "--name", self.name, "--user", who]
        argv += [
            "-v",
            f"{places.ROOT}:/gunicov:ro",
            "-v",
            f"{self.cache}:/cache",
            "-e",
            "HOME=/tmp",
        ]
        argv += [self.image, "python3", "-B", "/gunicov/bench/matrix.py", "--inside"]
        argv += ["--cache", "/cache", "--jobs", str(jobs)]
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdin.write("".join(f"{json.dumps(case)}\n" for case in wanted))
        process.stdin.close()
        results = []
        for line in process.stdout:
            results.append(json.loads(line))
            tell(results[-1])
        if process.wait() or len(results) != len(wanted):
            raise RuntimeError(
                f"the container ended with {process.returncode} after "
                f"{len(results)} of {len(wanted)} cases"
            )
        return results
