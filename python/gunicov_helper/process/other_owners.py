"""Who else answers on the sockets of the gunicorn master, whose workers alone are measured."""

import os

from gunicov_common.process import all_processes

from gunicov_helper.files import list_names, read_json
from gunicov_helper.process.command_line import is_gunicorn
from gunicov_helper.process.listeners import listeners, overlap, sockets

# They hold sockets for those that they start, and answer nothing on them themselves.
HOLDERS = ("systemd", "circusd")


class Owner:
    """A process that has a socket of the server's: `serves` is false where it may only hold it."""

    def __init__(self, text, serves):
        self.text, self.serves = text, serves

    def __eq__(self, other):
        return (self.text, self.serves) == (other.text, other.serves)

    def __hash__(self):
        return hash((self.text, self.serves))


class OtherOwners:
    """Looks for them: a second master (SIGUSR2), a server with the same address (SO_REUSEPORT), one
    that has inherited the socket."""

    def __init__(self, master):
        self.master = master

    def found(self, since=None):
        """Those that there are (set of Owner), and second masters that have been there since then
        (epoch seconds)."""
        found, unseen = self.look()
        if unseen:  # of a process that has just ended, perhaps
            found, again = self.look()
            if unseen & again:
                found.add(
                    Owner("a process that can't be seen from here has the server's address", True)
                )
        return found | self.came_and_went(since)

    def look(self):
        """(set of Owner, the sockets with our address that nobody seems to have)."""
        # In this order: who has come since the first is not among the others.
        there = listeners(self.master.pid)
        processes = all_processes()
        had = {pid: sockets(pid) for pid in processes}
        seconds = {one.pid for one in processes.values() if self.is_second(one)}
        own = family(processes, self.master.pid, seconds)
        elders = ancestors(processes, self.master.pid)
        # From gunicorn 24 on, with reuse_port, the workers have sockets of their own.
        gunicorns = {
            pid for pid in own if pid == self.master.pid or is_gunicorn(processes[pid].argv())
        }
        mine = {inode for pid in gunicorns for inode in had[pid] if inode in there}
        ours = {inode for pid in own for inode in had[pid]}
        rivals = {
            inode
            for inode, address in there.items()
            if inode not in ours and any(overlap(there[one], address) for one in mine)
        }
        found = {second_master(pid) for pid in seconds}
        known = gunicorns.union(*(family(processes, second, ()) for second in seconds))
        for pid, process in processes.items():
            if pid in known or not had[pid] & (mine | rivals) or is_ending(process):
                continue
            if not had[pid] & rivals and self.is_forked(process):
                continue  # a worker's child, perhaps without its parent by now: it answers nothing
            if pid not in own and pid not in elders:
                found.add(server(process))
            elif process.name not in HOLDERS:
                found.add(holder(process))
        return found, rivals.difference(*had.values())

    def is_second(self, process):
        """Whether it is a master that SIGUSR2 has made of ours: gunicorn tells it by its environment."""
        if process.parent != self.master.pid:
            return False
        environment = process.environment() or {}
        if environment.get("GUNICORN_PID") == str(self.master.pid):
            return True
        title, *_ = process.argv() or [""]  # none where it is just ending
        is_titled = title.startswith("gunicorn: master")
        return is_titled and not self.is_forked(process)  # a worker has its master's title at first

    def is_forked(self, process):
        """Whether it was forked from the master or its workers, and runs no other program: its stack is
        where theirs is."""
        return process.stack != 0 and process.stack == self.master.process.stack

    def came_and_went(self, since):
        """Second masters that ran our hook: their records tell of those that have ended."""
        base = os.path.dirname(self.master.directory())
        found = set()
        for name in list_names(base) if since else []:
            about = read_json(os.path.join(base, name, "master.json")) or {}
            if about.get("replaces") == self.master.pid and (about.get("started") or 0) >= since:
                found.add(second_master(about.get("pid")))
        return found


def is_ending(process):
    """Whether it has no memory any more: it may have sockets for another moment, and answers nothing."""
    return process.stack == 0 and not process.argv()


def family(processes, pid, without):
    """That process and all that descend from it, but for those in `without` and theirs (set of pids)."""
    children = {}
    for one in processes.values():
        children.setdefault(one.parent, []).append(one.pid)
    found, left = set(), [pid]
    while left:
        one = left.pop()
        if one in processes and one not in without and one not in found:
            found.add(one)
            left.extend(children.get(one, ()))
    return found


def ancestors(processes, pid):
    found = set()
    while pid in processes and processes[pid].parent not in found:
        pid = processes[pid].parent
        found.add(pid)
    return found


def second_master(pid):
    return Owner(
        f"a second gunicorn master (pid {pid}, from SIGUSR2) answered on the same socket: what it served "
        "is not measured; end one of the two",
        True,
    )


def server(process):
    return Owner(
        f"another process (pid {process.pid}: {short_command_line(process)}) answers on the server's socket: what it "
        "served is not measured; end it",
        True,
    )


def holder(process):
    return Owner(
        f"another process (pid {process.pid}: {short_command_line(process)}) has the server's socket open: what it may "
        "have answered is not measured",
        False,
    )


def short_command_line(process):
    """Its command line, short."""
    words = " ".join(process.argv()) or process.name
    return words if len(words) <= 80 else words[:79] + "…"
