"""Which of the processes here are gunicorn masters."""

import os
import re

from gunicov_helper.files import list_names
from gunicov_helper.process.command_line import is_gunicorn
from gunicov_helper.process.heartbeat import heartbeats

RECORD = re.compile(r"master-(\d+)-(\d+)")


def descendants(processes, root):
    """Those of `processes` ({pid: Process}) that are `root` (a pid) or descend from it."""
    found, last = {}, {root}
    while last:
        found.update((pid, processes[pid]) for pid in last if pid in processes)
        last = {pid for pid, one in processes.items() if one.parent in last and pid not in found}
    return found


def find_masters(processes, bases):
    """The gunicorn masters among `processes` ({pid: Process}), by pid.

    A master is known by the record that its hook keeps in one of the directories `bases`; else by its
    command line; else by the heartbeat files that gunicorn keeps open, whatever the program is called.
    """
    argvs = {pid: one.argv() for pid, one in processes.items() if pid != os.getpid()}
    named = {pid for pid, argv in argvs.items() if is_gunicorn(argv)}
    recorded = recorded_masters(processes, bases)
    gunicorns = named | recorded or {pid for pid in argvs if heartbeats(pid)}
    # Of a new master (SIGUSR2) the parent is one as well; what wraps one that has a record is none.
    wrappers = {pid for one in recorded for pid in ancestors(processes, one)} - recorded
    return [
        processes[pid]
        for pid in sorted(gunicorns - wrappers)
        if not gunicorns.intersection(ancestors(processes, pid)) - wrappers
    ]


def recorded_masters(processes, bases):
    """Pids of those whose hook's record is in one of these directories."""
    found = set()
    for name in {name for base in bases for name in list_names(base)}:
        match = RECORD.fullmatch(name)
        one = match and processes.get(int(match.group(1)))
        if one and not one.dead and one.start_time == int(match.group(2)):
            found.add(one.pid)
    return found


def ancestors(processes, pid):
    """Pids of a process's parent, its parent's parent, and so on."""
    found = []
    while pid in processes and processes[pid].parent not in (0, *found):
        pid = processes[pid].parent
        found.append(pid)
    return found
