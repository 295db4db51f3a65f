"""One request `run`, from fork to its one answer."""

import base64
import collections
import errno
import os
import selectors
import shlex
import signal
import time

from gunicov_common.failure import Failure
from gunicov_common.lines import Lines

from gunicov_runner.child.kept_code import CODES
from gunicov_runner.child.plan import Plan
from gunicov_runner.child_messages import event_of
from gunicov_runner.command.select import gone
from gunicov_runner.complaint import crashed, usage
from gunicov_runner.end_reason import end_reason
from gunicov_runner.inside.sessions import Sessions
from gunicov_runner.limits import CHUNK
from gunicov_runner.process.clients import exec_client
from gunicov_runner.process.family import Family
from gunicov_runner.results.junit import JUnit
from gunicov_runner.results.read import results_of
from gunicov_runner.results.tap import Tap
from gunicov_runner.text import Tail, cap
from gunicov_runner.warm.allowed import MEASURES, REPLACES

GRACE = 2.0  # seconds from SIGTERM to SIGKILL
LEFT = (
    "unproven: “{client}” of the run before was ended, but not what it has started there: that may run on, and what it asks "
    "of the server is measured. Let it be the tests' command itself: then gunicov ends it."
)


class Run:
    """One request `run`, from fork to its one answer."""

    def __init__(self, request, wanted, runner, why_cold=None):
        """`wanted`: the Wanted of the request; `why_cold`: why it is not forked from the warm process (text)."""
        self.why_cold = why_cold
        self.request, self.wanted, self.runner = request, wanted, runner
        self.command, self.select = wanted.command, list(wanted.select)
        self.held = wanted.hold
        self.begun = time.monotonic()
        self.limit = wanted.timeout
        self.deadline = None
        self.missing = []
        self.stopped = None  # the answer, once the run is being stopped
        self.term_at = self.kill_at = None
        self.outcomes = {}
        self.running = {}
        self.imported = {}  # installed modules, name -> file, in the order of their import
        self.begin()
        if not self.held:
            self.go()

    def begin(self):
        """Fork its child."""
        self.total = None
        self.finished = False
        self.exec_errno = None
        self.internal = None  # pytest's own error
        self.refused = ""  # what it says of its arguments
        self.cold = None  # why it has to begin again in a new interpreter
        self.tail = Tail()
        self.lines = Lines()
        self.inside, self.tap = Sessions(), Tap()
        wanted, command = self.wanted, self.command
        self.junit = JUnit(command.junit, command.cwd) if command.junit else None
        self.arguments = self.runner.arguments(command, self.select)
        first = self.runner.first(command) if wanted.failed_first else ()
        originals = self.runner.preload.originals
        plan = Plan(command, self.arguments, self.held, first, wanted.warm, originals)
        self.child = self.runner.fork(plan)
        self.family = Family(self.child.pid)
        self.events, self.output = self.child.events, self.child.output
        self.started = time.time()
        if not command.pytest:
            self.begin_program()

    def go(self):
        """The server is ready: let the tests begin. Only now their time limit counts."""
        self.held = False
        self.begun, self.started = time.monotonic(), time.time()
        self.deadline = self.begun + self.limit if self.limit else None
        self.child.go()

    def begin_program(self):
        """A command that is not pytest: what it comes to is known when it has said so."""
        self.name = cap(shlex.join(self.command.words))
        self.running[self.name] = True
        self.on_event({"event": "total", "total": None})
        left, self.runner.left = self.runner.left, None
        if left is not None:
            self.progress({"event": "doubt", "message": LEFT.format(client=cap(left))})

    # -- what the child says

    def read(self, fd, limit=16):
        """Read what is there, `limit` chunks at most, so that a flood leaves stdin its turn.

        Returns false when nothing more can come.
        """
        for _ in range(limit):
            try:
                chunk = os.read(fd, CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            if fd == self.output:
                self.tail.add(chunk)
                if not self.command.pytest:
                    self.tap.feed(chunk)
            else:
                self._events(chunk)
        return True

    def _events(self, chunk):
        for line in self.lines.feed(chunk):
            event = event_of(line)
            if event is not None:
                self.on_event(event)

    def on_event(self, event):
        """Take one event of the child's, and pass on what the protocol knows."""
        session = event.pop("session", None)
        if session is not None:
            event = self.inside.take(event, session)
        kind = event["event"]
        if kind == "start":
            self.running[event["test"]] = True
        elif kind == "exec":
            self.exec_errno = event["errno"]
        elif kind == "arguments":
            self.runner.note_arguments(self.command, self.select, event)
        elif kind == "finish":
            self.finished = True
        elif kind == "left":
            self.family.left(event["code"])
        elif kind == "code":
            CODES[tuple(event["key"])] = (event["digest"], base64.b64decode(event["code"]))
        elif kind == "modules":
            self.imported.update(event["modules"])
        elif kind == "measures":
            if self.runner.note_measures(self.command) and self.wanted.warm:
                self.cold = MEASURES
        elif kind == "patched":
            if self.runner.note_patched(event["names"]) and self.wanted.warm:
                self.cold = REPLACES
        elif kind == "refused":
            self.refused += event["message"]
        elif kind == "internal":
            self.internal = self.internal or event["message"] or "unknown"
        elif kind == "total":
            self.total = event["total"]
            self.progress(event)
        elif kind == "test":
            self.running.pop(event["test"], None)
            self.outcomes[event["test"]] = event["outcome"]
            self.progress({**event, "cwd": self.command.cwd})
        elif kind == "told":
            self.progress({**event, "cwd": self.command.cwd})

    def progress(self, event):
        """Send an event of this request; silent once the run is being stopped."""
        if self.stopped is not None:
            return
        channel = self.runner.channel
        send = channel.send_later if event.get("outcome") == "passed" else channel.send
        send({"id": self.request, **event})

    # -- stopping and settling

    def stop(self, failure):
        """Begin to end the family, first as Ctrl-C does; the run settles with `failure` when all are dead."""
        if self.stopped is None:
            self.stopped = failure
            self.term_at = time.monotonic() + self.wanted.grace
            self.kill_at = self.term_at + GRACE
            if not self.command.pytest:
                self.runner.left = exec_client(self.child.pid)
            self.family.interrupt()

    def wake_at(self):
        """Return when to look again though nothing happens, or None."""
        if self.stopped is None:
            return self.deadline
        return self.term_at if time.monotonic() < self.term_at else self.kill_at

    def stopping(self, now):
        """Whether what is being stopped still has time to end by itself."""
        if now < self.term_at and self.family.status is None:
            return True
        self.term_at = min(self.term_at, now)  # what pytest has left has had its interrupt, too
        self.kill_at = min(self.kill_at, self.term_at + GRACE)
        if now < self.kill_at and not self.family.empty:
            self.family.ask()
            return True
        return False

    def advance(self):
        """Look at the clock and the family; return true once this run has settled."""
        self.family.reap()
        now = time.monotonic()
        alive = self.family.status is None
        if alive and self.stopped is None and self.deadline is not None and now >= self.deadline:
            self.stop(Failure("timeout", *self._timeout_text()))
        if self.stopped is not None and self.stopping(now):
            return False
        if self.stopped is None and alive and not self.cold:
            return False
        self.family.end()
        while self.read(self.events) and self._more(self.events):
            pass
        while self.read(self.output) and self._more(self.output):
            pass
        if not self.again():
            self._settle()
            return True
        return False

    def again(self):
        """Whether it has begun again: in a new interpreter, or without the selected tests that are not there."""
        if self.stopped is not None:
            return False
        if self.cold:
            self.wanted, self.why_cold = self.wanted._replace(warm=False), self.cold
        elif not self.forget_missing():
            return False
        self.runner.deaf(self)
        self.child.close()
        self.begin()
        if not self.held:
            self.child.go()
        self.runner.listen(self)
        return True

    def forget_missing(self):
        """Whether pytest has refused some of the selected tests, and others are left."""
        if not self.select or not self.refused:
            return False
        ids = dict(zip(self.select, self.arguments[-len(self.select) :]))
        lost = gone(ids, self.refused, self.command.cwd)
        self.missing = [test for test in self.wanted.select if test in (*self.missing, *lost)]
        self.select = [test for test in self.select if test not in lost]
        return bool(lost and self.select)

    @staticmethod
    def _more(fd):
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            return bool(selector.select(0))

    def failed(self):
        """The tests that have not passed, by their ids."""
        return {test for test, outcome in self.outcomes.items() if outcome in ("failed", "error")}

    def close(self):
        """Close this run's descriptors."""
        self.child.close()

    def _settle(self):
        try:
            answer = {"ok": self._result()}
        except Failure as failure:
            answer = {"error": failure.as_json()}
        self.runner.channel.send({"id": self.request, **answer})

    def _result(self):
        if self.stopped is not None:
            if self.stopped.kind == "timeout":
                self.stopped.detail = self.tail.text()
            raise self.stopped
        status, text = self.family.status, self.tail.text()
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            if not self._is_whole():
                raise crashed(f"The test process was killed by {name}{self._during()}.", text)
            return self._counts(128 + os.WTERMSIG(status), text, f"was killed by {name}")
        code = os.WEXITSTATUS(status)
        if self.command.pytest:
            self._check_pytest(code, text)
        else:
            self._check_program(code, text)
        return self._counts(code, text, f"ended with {code}")

    def _is_whole(self):
        """Whether every test that was collected has reported its outcome."""
        return 0 < (self.total or 0) <= len(self.outcomes)

    def _counts(self, code, text, how):
        count = collections.Counter(self.outcomes.values())
        own = code != 0 and self._is_whole() and not self.failed()
        return {
            "passed": count["passed"],
            "failed": count["failed"],
            "errors": count["error"],
            "skipped": count["skipped"],
            "exit_code": code,
            "ms": round((time.monotonic() - self.begun) * 1000, 3),
            "output": text,
            "total": max(self.total or 0, len(self.outcomes)),
            "missing": self.missing,
            "fast_paths": {"tests.warm": self.why_cold} if self.command.pytest else {},
            "ended": end_reason(self._who(), how, text) if own else None,
        }

    def _who(self):
        return "pytest" if self.command.pytest else f"“{self.name}”"

    def _check_pytest(self, code, text):
        """Raise the Failure that an exit code of pytest stands for, if any. Where every test has reported its outcome
        it is a run, however pytest (a plugin, a conftest.py) ends it."""
        if self.missing and not self.select:
            raise self._no_tests(text)
        if self._is_whole() and not self.internal:
            return
        if code == 4 and not self.failed():
            raise usage(text)
        if code == 5 and self.refused:
            raise usage(f"ERROR: {self.refused}")  # xdist's controller does not say it
        if not self.finished:
            raise crashed(f"The test process ended with {code}{self._during()}.", text)
        if code == 3 or self.internal:
            raise crashed(f"pytest failed with an internal error: {self.internal}", text)
        if code == 5:
            raise self._no_tests(text)
        silent = (self.total or 0) - len(self.outcomes)
        if code == 0 and silent > 0:
            raise crashed(
                f"pytest ended well, but {silent} of {self.total} tests reported no outcome.", text
            )

    def _no_tests(self, text):
        if self.missing:
            gone = ", ".join(self.missing[:5])
            message = f"None of the selected tests exists any more: {gone}"
            return Failure("no-tests", message, "Run all tests.", text)
        return Failure(
            "no-tests",
            f"“{shlex.join(self.command.words)}” collected no tests in {self.command.cwd}.",
            "Check its paths, and pytest's testpaths, python_files and -k.",
            text,
        )

    def _check_program(self, code, text):
        """Tell the one test's outcome; raise Failure when the program did not start."""
        if self.exec_errno is not None:
            why = os.strerror(self.exec_errno)
            raise Failure(
                "no-command",
                f"{self.command.program} cannot be executed: {why}.",
                "Check its first line and its permissions."
                if self.exec_errno in (errno.ENOENT, errno.ENOEXEC, errno.EACCES)
                else "Try it by hand where the tests run.",
            )
        if self.inside.seen:
            self._check_inside(code, text)
            return
        found, said = results_of(self.name, code, text, self.junit, self.tap)
        self.on_event({"event": "total", "total": len(found)})
        ended = time.time()
        for event in found:
            if len(found) == 1:
                event["ms"] = event["ms"] or round((ended - self.started) * 1000, 3)
            self.on_event({**event, "started": self.started, "ended": ended})
        if said is not None:
            self.progress({"event": "said", "message": said})

    def _check_inside(self, code, text):
        """Raise the Failure of a command whose pytest did not tell all."""
        if self.internal:
            raise crashed(
                f"pytest in {self._who()} failed with an internal error: {self.internal}", text
            )
        if self.total == 0 and not self.outcomes:
            raise self._no_tests(text)
        silent = (self.total or 0) - len(self.outcomes)
        if silent > 0 and (self.inside.open or (code == 0 and not self.failed())):
            raise crashed(
                f"pytest in {self._who()} ended, and {silent} of {self.total} tests reported no outcome.",
                text,
            )

    def _during(self):
        names = list(self.running)
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return f" while running {', '.join(names[:5])}{more}" if names else ""

    def _timeout_text(self):
        return (
            f"The tests took longer than {self.limit:g} s and were killed{self._during()}.",
            "Find out what they wait for, or raise `timeout` under [tool.gunicov.tests].",
        )
