"""Processes that a generation's workers have started: who of them still owes data, and what they have left."""

import os
import re

from gunicov_common.process import Process, all_processes

from gunicov_helper.files import list_names, read_json

# The end of a data file's name: `.host.pid123.Xabcx`, with `.Habch` since 7.13, before 7.14 `.host.123.Xabcx`
# and before 7 `.host.123.456789`.
NAME = re.compile(r"\.(?:pid)?(\d+)\.(?:X\w+|\d+)(?:\.H\w+)?$")
# What tells a program that it is to be measured: of a .pth of coverage's, and of its multiprocessing.
ASKED = (b"COVERAGE_PROCESS_", b"COVERAGE_RCFILE=")
BESIDE_DATA = ("-journal", "-wal", "-shm")
# Programs that run Python, or may start one yet.
MAY_MEASURE = re.compile(r"python|pypy|^(ba|da|z|k|a)?sh$|^busybox$|^coverage$")


class Child:
    """A process that a worker has started."""

    def __init__(self, process, age):
        self.pid, self.start_time, self.age = process.pid, process.start_time, age
        program, *arguments = process.argv() or ["?"]
        self.command = " ".join([os.path.basename(program), *arguments])[:120]

    def __str__(self):
        return f"process {self.pid} ({self.command}), which worker #{self.age} has started,"


class Children:
    """The processes of a generation's workers. A worker tells of those that it forks; in the environment of
    programs, if coverage measures them, stands where they are to leave their data."""

    def __init__(self, generation):
        self.generation = generation
        self.living = []

    def look(self):
        """Look who still runs and may leave data (list of Child, also in `living`)."""
        found = {child.pid: child for child in [*self.forks(), *self.programs()]}
        self.living = [found[pid] for pid in sorted(found)]
        return self.living

    def entries(self):
        """What the forked ones have written of themselves at their start (list of dict)."""
        folder = self.generation.join("children")
        names = (name for name in list_names(folder) if name.endswith(".json"))
        found = (read_json(os.path.join(folder, name)) for name in sorted(names))
        return [one for one in found if one]

    def forks(self):
        for entry in self.entries():
            process = Process.read(entry.get("pid"))
            same = process and process.start_time == entry.get("start_time")
            if same and not process.dead and may_measure(process):
                yield Child(process, entry.get("age"))

    def programs(self):
        booted = self.generation.by_age("booted").values()
        if not any(one.get("measures_children") for one in booted):
            return
        place = os.fsencode(os.path.join(os.path.abspath(self.generation.path), "part", ""))
        workers = set(self.generation.forked().values())
        for process in all_processes().values():
            if process.dead or process.pid in workers:
                continue
            age = measured_into(process.pid, place)
            if age is not None and may_measure(process):
                yield Child(process, age)

    def files_and_pids(self):
        """[(path, pid or None)] of the complete data files that they have left."""
        living = {child.pid for child in self.living}
        workers = set(self.generation.forked().values())
        found = []
        for age in list_names(self.generation.join("part")):
            for name in list_names(self.generation.join("part", age)):
                match = NAME.search(name)
                pid = int(match.group(1)) if match else None
                # Without a pid in its name it may be that of one who still runs.
                unfinished = pid in living if pid else living
                if not (name.endswith(BESIDE_DATA) or pid in workers or unfinished):
                    found.append((self.generation.join("part", age, name), pid))
        return sorted(found)

    def files(self):
        return [path for path, _ in self.files_and_pids()]

    def lost(self):
        """Pids of those that had to save when they ended, and have been ended before that."""
        files = {pid for _, pid in self.files_and_pids()}
        living = {child.pid for child in self.living}
        ended = set(list_names(self.generation.join("children")))
        return [
            entry["pid"]
            for entry in self.entries()
            if entry.get("must_save")
            and entry.get("pid") not in files | living
            and f"{entry.get('pid')}.ended" not in ended
        ]

    def missing(self):
        """Why their data is not whole (list of str)."""
        reasons = [f"{child} still runs: its data is not in the report" for child in self.living]
        for pid in self.lost():
            reasons.append(
                f"process {pid} of multiprocessing was killed before it had saved its data (close and join a "
                "pool rather than terminate it, or set sigterm = True for coverage.py)"
            )
        return reasons


def measured_into(pid, place):
    """The age of the worker below whose directory in `place` (bytes) that program is to leave data; None where
    it is measured elsewhere or not at all."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            words = file.read().split(b"\0")
    except OSError:
        return None
    begin = b"COVERAGE_FILE=" + place
    rest = next((word[len(begin) :] for word in words if word.startswith(begin)), None)
    if rest is None or not any(word.startswith(ASKED) for word in words):
        return None
    age = rest.split(b"/")[0]
    return int(age) if age.isdigit() else None


def may_measure(process):
    """Whether it runs Python, or a shell that may do so yet."""
    exe = process.link("exe")
    return exe is None or bool(MAY_MEASURE.search(os.path.basename(exe)))
