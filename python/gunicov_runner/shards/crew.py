"""All shards of a run: who has which tests, what they say, and what becomes of one that dies."""

import collections
import gc
import os
import selectors
import signal
import socket
import uuid

import pytest

from gunicov_runner.limits import CHUNK
from gunicov_runner.shards.link import END, INDEX, Messages
from gunicov_runner.shards.shard import Shard

AHEAD = 2  # tests that a shard has, beyond the one it runs, so that it never waits


class Member:
    """One shard as the controller sees it."""

    def __init__(self, name, pid, line):
        self.name, self.pid, self.line = name, pid, line
        line.setblocking(False)
        self.messages = Messages()
        self.unsent = bytearray()
        self.given = collections.deque()  # indices not yet begun
        self.running = None  # index
        self.told_end = self.ended = False

    def give(self, index):
        """Note one index for it, which `send` sends."""
        if index == END:
            self.told_end = True
        else:
            self.given.append(index)
        self.unsent += INDEX.pack(index)

    def send(self):
        """Send what the socket takes. Never waits: a shard that waits for its own words to be read reads
        nothing. One that has just died is noticed when it is read."""
        try:
            del self.unsent[: self.line.send(self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()


class Crew:
    """Runs the items of a collected session in `count` shards. Times are the shards' own."""

    def __init__(self, session, count, plugins, reporter, gate):
        """`plugins` speak for this process only, one of them is the reporter; no test is given to a shard
        before the run has passed the gate."""
        self.session, self.config = session, session.config
        self.plugins, self.reporter, self.gate = plugins, reporter, gate
        self.count = min(count, len(session.items))
        self.waiting = collections.deque()  # indices
        self.run_id = uuid.uuid4().hex
        self.members = {}
        self.selector = selectors.DefaultSelector()
        self.names = 0
        self.crashes = 0
        limit = getattr(self.config.option, "maxworkerrestart", None)
        self.crash_limit = 4 * count if limit is None else int(limit)

    def run(self, first):
        """Run all, the tests of these ids before the others: whoever mends one waits for it. Returns when
        every shard has ended. Raises what pytest.exit raised in one."""
        ids = [self.reporter.name(item.nodeid) for item in self.session.items]
        self.waiting.extend(sorted(range(len(ids)), key=lambda index: ids[index] not in first))
        gc.freeze()  # collections in the shards then leave these pages shared
        with self.gate.own():
            for _ in range(self.count):
                self.fork()
        self.gate.reach()
        # What goes first one by one; else a run of neighbours each, because they share fixtures; then
        # what keeps each from waiting.
        neighbours = max(1, len(ids) // (4 * self.count))
        for wanted in (1 if first & set(ids) else neighbours, neighbours, AHEAD):
            for member in self.members.values():
                self.supply(member, wanted)
        try:
            while self.members:
                for key, ready in self.selector.select():
                    if ready & selectors.EVENT_WRITE:
                        self.send(key.data)
                    if ready & selectors.EVENT_READ:
                        self.read(key.data)
        finally:
            for member in list(self.members.values()):
                self.kill(member)
            self.selector.close()

    def fork(self):
        line, other = socket.socketpair()
        name, self.names = f"gw{self.names}", self.names + 1
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            line.close()
            for member in self.members.values():
                member.line.close()
            self.selector.close()
            self.gate.forget()
            shard = Shard(self.session, other, name, self.count, self.run_id, self.plugins)
            shard.live(parent)
        other.close()
        member = self.members[line] = Member(name, pid, line)
        self.selector.register(line, selectors.EVENT_READ, member)
        return member

    @property
    def stopping(self):
        return bool(self.session.shouldfail or self.session.shouldstop)

    def supply(self, member, wanted):
        """Give a shard tests until it has `wanted` not yet begun, or tell it that there are no more."""
        while len(member.given) < wanted and not member.told_end:
            more = self.waiting and not self.stopping
            member.give(self.waiting.popleft() if more else END)
        self.send(member)

    def send(self, member):
        """Send what it is to have; what its socket does not take now goes when it can."""
        if member.unsent:
            member.send()
        more = selectors.EVENT_WRITE if member.unsent else 0
        self.selector.modify(member.line, selectors.EVENT_READ | more, member)

    def read(self, member):
        try:
            chunk = member.line.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        with self.reporter.together():
            for kind, value in member.messages.feed(chunk):
                self.take(member, kind, value)
        if not chunk:
            self.forget(member)

    def take(self, member, kind, value):
        """What one shard says, passed on to this session's plugins."""
        hook = self.config.hook
        if kind == "start":
            member.running = member.given.popleft()
            self.supply(member, AHEAD)
            hook.pytest_runtest_logstart(nodeid=value[0], location=value[1])
        elif kind == "report":
            report = hook.pytest_report_from_serializable(config=self.config, data=value)
            hook.pytest_runtest_logreport(report=report)
        elif kind == "finish":
            member.running = None
            hook.pytest_runtest_logfinish(nodeid=value[0], location=value[1])
        elif kind == "stop":
            self.session.shouldstop = self.session.shouldstop or value
        elif kind == "end":
            member.ended = True
            self.reporter.modules(value)
        elif kind == "exit":
            raise pytest.exit.Exception(*value)
        elif kind == "broken":
            raise RuntimeError(f"in shard {member.name}:\n{value}")

    def forget(self, member):
        """A shard has ended. One that was not told to has crashed: another takes its place."""
        self.selector.unregister(member.line)
        member.line.close()
        del self.members[member.line]
        os.waitpid(member.pid, 0)
        if member.ended:
            return
        self.waiting.extendleft(reversed(member.given))
        if member.running is not None:
            self.tell_crash(member)
        self.crashes += 1
        if self.crashes > self.crash_limit:
            self.session.shouldfail = f"maximum crashed workers reached: {self.crash_limit}"
        if self.waiting and not self.stopping:
            self.supply(self.fork(), AHEAD)

    def tell_crash(self, member):
        """Report the test that a shard died in, as xdist does."""
        nodeid = self.session.items[member.running].nodeid
        path = nodeid.split("::")[0]
        message = f"worker {member.name!r} crashed while running {nodeid!r}"
        report = pytest.TestReport(nodeid, (path, None, path), {}, "failed", message, "???")
        self.config.hook.pytest_runtest_logreport(report=report)

    def kill(self, member):
        os.kill(member.pid, signal.SIGKILL)
        os.waitpid(member.pid, 0)
        member.line.close()
