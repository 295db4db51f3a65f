"""The event loop: one thread around one poll(), a generator for each request."""

import math
import select
import sys
import time
import types

from gunicov_common.failure import Failure, bad

from gunicov_helper.failure import Cancelled
from gunicov_helper.protocol.channel import drain
from gunicov_helper.protocol.request import parse_request
from gunicov_helper.protocol.wait import Wait


class Job:
    """One request under way: its generator, and what that waits for."""

    def __init__(self, number, generator, channel):
        self.number, self.generator, self.channel = number, generator, channel
        self.wait = Wait(until=0.0)
        self.cancelled = False
        self.held = False  # it may not be cut short: it notes `cancelled` and goes on

    def tell(self, event, **fields):
        """Send a progress event of this request."""
        self.channel.send(dict(fields, id=self.number, event=event))


class Loop:
    """Runs jobs around one poll(): each resumes when a thing that it waits for has happened."""

    def __init__(self, channel, start, chores, tick, failure_of):
        """`start(request, job)` begins a request: a dict, or a generator that returns one.

        `chores` is a deque of functions to call, one at a time, when there is nothing to do. `tick()` does
        what is to be done from time to time, and returns the seconds until it is to be called again, or None.
        `failure_of(error)` gives the Failure that an exception ends a request with.
        """
        self.channel, self.start, self.chores, self.tick = channel, start, chores, tick
        self.failure_of = failure_of
        self.jobs = {}

    def run(self):
        """Serve until stdin ends or nobody reads stdout."""
        for line in self.channel.lines.feed(drain(sys.stdin.buffer)):
            self.accept(line)
        while not self.channel.ended:
            self.turn()
        for job in list(self.jobs.values()):
            if job.generator:
                job.generator.close()

    def turn(self):
        idle = self.chores and not self.jobs
        ready = self.sleep(0 if idle else None)
        if idle and not ready:
            self.chores.popleft()()
        if self.channel.sink in ready:
            self.channel.write()
        if self.channel.source in ready:
            for line in self.channel.read():
                self.accept(line)
        now = time.monotonic()
        for job in list(self.jobs.values()):
            late = job.wait.until is not None and job.wait.until <= now
            if job.number in self.jobs and (late or not ready.isdisjoint(job.wait.fds)):
                self.resume(job)

    def sleep(self, pause=None):
        """Wait for the first thing that anybody waits for; at rest, for stdin alone.

        `pause` is the longest wait in milliseconds (None: no end), where no request is under way.
        """
        poll = select.poll()
        poll.register(self.channel.source, select.POLLIN)
        if self.channel.queue:
            poll.register(self.channel.sink, select.POLLOUT)
        soon = self.tick()
        times = [] if soon is None else [time.monotonic() + soon]
        for job in self.jobs.values():
            for fd in job.wait.fds:
                poll.register(fd, select.POLLIN)
            if job.wait.until is not None:
                times.append(job.wait.until)
        if times:
            limit = max(0.0, min(times) - time.monotonic()) * 1000
            pause = limit if pause is None else min(pause, limit)
        return {fd for fd, _ in poll.poll(None if pause is None else math.ceil(pause))}

    def accept(self, line):
        if line is not None and not line.strip():
            return
        try:
            request = parse_request(line)
            if request["id"] in self.jobs:
                raise bad("request {} is still under way".format(request["id"]))
        except Failure as failure:
            self.channel.send({"id": None, "error": failure.as_json()})
            return
        self.begin(request)

    def begin(self, request):
        job = Job(request["id"], None, self.channel)
        self.jobs[job.number] = job
        with self.settling(job):
            if request["do"] == "cancel":
                self.settle(job, {"found": self.cancel(request["target"])})
                return
            answer = self.start(request, job)
            if isinstance(answer, types.GeneratorType):
                job.generator = answer
                self.resume(job)
            else:
                self.settle(job, answer)

    def cancel(self, number):
        """Cancel that request; false where it has settled or never was."""
        job = self.jobs.get(number)
        if job is None or job.generator is None:
            return False
        job.cancelled = True
        if not job.held:
            with self.settling(job):
                job.wait = job.generator.throw(Cancelled())
        return True

    def resume(self, job):
        with self.settling(job):
            try:
                job.wait = next(job.generator)
            except StopIteration as stop:
                self.settle(job, stop.value)

    def settle(self, job, answer):
        del self.jobs[job.number]
        self.channel.send({"id": job.number, "ok": answer})

    def fail(self, job, failure):
        self.jobs.pop(job.number, None)
        self.channel.send({"id": job.number, "error": failure.as_json()})

    def settling(self, job):
        return Settling(self, job)


class Settling:
    """Turns whatever a request raises into its one `error`."""

    def __init__(self, loop, job):
        self.loop, self.job = loop, job

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            return False
        if not isinstance(error, Exception):
            return False
        self.loop.fail(self.job, self.loop.failure_of(error))
        return True
