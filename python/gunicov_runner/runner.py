"""The event loop: one run at a time, nothing to do at rest."""

import gc
import importlib
import os
import platform
import selectors
import signal
import sys
import time
import traceback

from gunicov_common.failure import Failure, bad, internal
from gunicov_common.lines import read_request

from gunicov_runner.command.options import refuse_unknown
from gunicov_runner.command.select import with_ids
from gunicov_runner.examine.examine import examine, knock
from gunicov_runner.forked import Forked
from gunicov_runner.protocol.channel import Channel
from gunicov_runner.protocol.request import Field
from gunicov_runner.run import Run
from gunicov_runner.warm.allowed import why_cold
from gunicov_runner.warm.fits import shadows
from gunicov_runner.warm.preload import Preload

PROTOCOL = 1
# What Python itself imports at a process's first connection.
LATE_MODULES = ("encodings.idna",)
# What needs pytest, and each run.
OWN_MODULES = ("gunicov_runner.child.pytest_run",)


class Runner:
    """The event loop: one run at a time, nothing to do at rest."""

    def __init__(self):
        self.channel = Channel()
        self.selector = selectors.DefaultSelector()
        self.run = None
        self.leaving = False
        self.left = None  # a `docker exec` or the like of a run that was stopped
        self.warmed = False
        self.preload = Preload()
        # A command's words -> (paths, root), as its pytest has said; no paths while only selected tests have run.
        self.pytest_arguments = {}
        self.failed = {}  # a command's words -> files of which tests have failed
        self.folders = {}  # a command's words -> directories of its test files
        self.measuring = set()  # words of commands that measure coverage of their own
        # Files of the project with the name of an installed module, and not taken for it.
        self.known = set()
        self.environ = None  # that in which installed packages were imported here
        self._catch_signals()
        self.selector.register(self.channel.input, selectors.EVENT_READ)
        self.selector.register(self.woken, selectors.EVENT_READ)

    def _catch_signals(self):
        self.woken, self.waker = os.pipe()
        for fd in (self.woken, self.waker):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: None)  # the loop reads them from the pipe
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is gunicov's to handle

    def fds(self):
        """Return the descriptors that a forked child must not keep."""
        own = [self.channel.input, self.channel.out, self.woken, self.waker]
        return own + [self.selector.fileno()]

    def serve(self):
        """Serve until stdin ends or a signal comes, and all that was started is dead."""
        self.channel.send(
            {
                "event": "hello",
                "protocol": PROTOCOL,
                "program": "gunicov_runner",
                "pid": os.getpid(),
                "executable": sys.executable,
                "python": ".".join(map(str, sys.version_info[:3])),
            }
        )
        for line in self.channel.lines.feed(self.channel.pending):
            self.on_line(line)
        while not (self.leaving and self.run is None):
            self._turn()

    def _turn(self):
        at = self.run.wake_at() if self.run else None
        times = [each for each in (at, self.channel.due) if each is not None]
        wait = max(0.0, min(times) - time.monotonic()) if times else None
        for key, _ in self.selector.select(wait):
            self._ready(key.fd)
        if self.channel.due is not None and time.monotonic() >= self.channel.due:
            self.channel.flush()
        if self.channel.broken:
            self.leave()
        if self.run and self.run.advance():
            self._forget_run()

    def _ready(self, fd):
        if fd == self.channel.input:
            self._on_stdin()
        elif fd == self.woken:
            self._on_signal()
        elif self.preload.trial and fd == self.preload.trial[1]:
            left = self.preload.read()
            if left is not None:
                self.selector.unregister(fd)
                self.try_modules(left)
        elif self.run and fd in (self.run.events, self.run.output) and not self.run.read(fd):
            self.selector.unregister(fd)

    def _on_stdin(self):
        lines = self.channel.read()
        if lines is None:
            self.selector.unregister(self.channel.input)
            self.leave()
            return
        for line in lines:
            self.on_line(line)

    def _on_signal(self):
        numbers = os.read(self.woken, 4096)
        if signal.SIGTERM in numbers or signal.SIGHUP in numbers:
            self.leave()

    def stop_trial(self):
        """End the trial of modules: a run's end sweeps away every child that there is."""
        if self.preload.trial:
            self.selector.unregister(self.preload.trial[1])
            self.preload.give_up()

    def fork(self, plan):
        """Fork a run's child."""
        return Forked(plan, self.fds())

    def note_arguments(self, command, select, event):
        """A run's pytest has said what its paths and its root are."""
        known = self.pytest_arguments.get(tuple(command.words), (None, None))[0]
        paths = known if select else event["paths"]
        self.pytest_arguments[tuple(command.words)] = (paths, event["root"])

    def shadows(self, command, modules):
        """The project's files that may be imported in place of these installed modules."""
        folders = (
            [command.first, *self.folders.get(tuple(command.words), ())] if command.pytest else ()
        )
        return shadows({name.partition(".")[0] for name in modules}, folders)

    def note_measures(self, command):
        """A run's pytest measures coverage. Returns whether it can't be right here: something is imported already."""
        self.measuring.add(tuple(command.words))
        return bool(self.preload.tried)

    def note_patched(self, names):
        """A run's own code has replaced these. Returns whether modules that were imported ahead may not know of it."""
        self.preload.patched = names
        return bool(self.preload.tried)

    def arguments(self, command, select):
        """pytest's arguments for a run of the tests `select` (empty: all)."""
        if not select:
            return command.arguments
        paths, root = self.pytest_arguments.get(tuple(command.words), (None, None))
        return with_ids(command.arguments, select, paths, root, command.cwd)

    def first(self, command):
        """Files of which tests have failed when they ran last."""
        return sorted(self.failed.get(tuple(command.words), ()))

    def leave(self):
        """End: stop what runs; the loop ends when that is dead."""
        self.leaving = True
        self.stop_trial()
        if self.run:
            self.run.stop(Failure("cancelled", "The runner ends."))

    def _forget_run(self):
        run, self.run = self.run, None
        self.deaf(run)
        run.child.close()
        ran = {test.split("::")[0] for test in run.outcomes}
        failed = {test.split("::")[0] for test in run.failed()}
        key = tuple(run.command.words)
        root = self.pytest_arguments.get(key, (None, run.command.cwd))[1]
        self.folders[key] = {os.path.dirname(os.path.join(root, test)) for test in ran}
        self.known |= self.shadows(run.command, run.imported)
        left = self.failed.get(key, set()) - (set() if run.select or run.stopped else ran)
        self.failed[key] = left | failed
        if not self.leaving and run.stopped is None and key not in self.measuring:
            self.try_modules(run.imported)

    def try_modules(self, modules):
        """Try which installed modules can be imported ahead, where there are new ones."""
        reader = self.preload.begin(modules)
        if reader is not None:
            self.selector.register(reader, selectors.EVENT_READ)

    def listen(self, run):
        """Read what a run's child says."""
        for fd in (run.events, run.output):
            self.selector.register(fd, selectors.EVENT_READ)

    def deaf(self, run):
        """Read it no more."""
        for fd in (run.events, run.output):
            if fd in self.selector.get_map():
                self.selector.unregister(fd)

    def on_line(self, line):
        """Serve one line; whatever is wrong with it, the loop lives on."""
        number = None
        try:
            request = read_request(line)
            number = request["id"]
            answer = self._do(request)
        except Failure as failure:
            self.channel.send({"id": number, "error": failure.as_json()})
        except Exception as error:  # noqa: BLE001 (the answer `internal`: a bug of ours ends no session)
            self.channel.send({"id": number, "error": internal(error).as_json()})
        else:
            if answer is not None:
                self.channel.send({"id": number, "ok": answer})
                if request["do"] == "prepare" and answer["interpreter"] == sys.executable:
                    self.warm()

    def _do(self, request):
        do = request.get("do")
        if do == "prepare":
            return self._prepare(Field(request))
        if do == "run":
            return self._start(request, Field(request))
        if do == "go":
            return self._go(request)
        if do == "cancel":
            return self._cancel(request)
        if do == "examine":
            return examine(Field(request).command())
        if do == "knock":
            return knock(request)
        raise bad(f"no such request: {do!r}"[:200])

    @staticmethod
    def _prepare(field):
        command = field.command()
        if command.interpreter == sys.executable:  # else it is asked again, of a runner on that one
            refuse_unknown(command)
        return {
            "interpreter": command.interpreter,
            "pytest": command.pytest,
            "cwd": command.cwd,
        }

    def _start(self, request, field):
        if self.run:
            raise bad(f"run {self.run.request} is under way: cancel it first")
        wanted = field.wanted()
        command = wanted.command
        if command.pytest and command.interpreter != sys.executable:
            raise bad(f"this runner is on {sys.executable}, the tests on {command.interpreter}")
        if wanted.select and not command.pytest:
            raise bad("only pytest can run selected tests")
        self.stop_trial()
        cold = None
        if command.pytest:
            measures = tuple(command.words) in self.measuring and self.preload.tried
            cold = why_cold(wanted, measures)
            if cold is None:
                self._check_warm(command)
            wanted = wanted._replace(warm=cold is None)
        self.run = Run(request["id"], wanted, self, cold)
        self.listen(self.run)

    def _check_warm(self, command):
        """Import what is imported ahead. Raises Failure `stale` where that was of another kind."""
        changed = self.preload.stale()
        if changed is None and self.environ not in (None, command.environ) and self.preload.tried:
            changed = "the tests' environment"
        if changed is None:
            changed = min(self.shadows(command, self.preload.tried) - self.known, default=None)
        if changed:
            raise Failure(
                "stale", f"{changed} has changed since the runner imported it.", "Start it anew."
            )
        self.environ = command.environ
        os.environ.clear()
        os.environ.update(command.environ)  # packages that are imported ahead may read it
        self.warm()

    def _go(self, request):
        if self.run and self.run.request == request.get("target") and self.run.held:
            self.run.go()
        return {}

    def _cancel(self, request):
        if self.run and self.run.request == request.get("target"):
            self.run.stop(Failure("cancelled", "The run was cancelled."))
        return {}

    def warm(self):
        """Import pytest and its own plugins here, once, so that no forked child has to.

        Others' plugins stay out: pytest rewrites their assertions when it imports them itself.
        """
        if self.warmed:
            return
        self.warmed = True
        try:
            importlib.import_module("pytest")
            names = getattr(sys.modules["_pytest.config"], "default_plugins", ())
            for name in names:
                importlib.import_module(f"_pytest.{name}")
            for name in (*LATE_MODULES, *OWN_MODULES):
                importlib.import_module(name)
            # Kept by Python as long as the directories are as they are; pytest looks for its plugins there.
            importlib.import_module("importlib.metadata").entry_points()
            platform.platform()  # kept: each worker of xdist tells it, and would start `uname` for that
        except Exception:  # noqa: BLE001 (the child will fail in the same way, and be heard)
            traceback.print_exc()
        self.preload.remember()
        gc.freeze()  # collections in the children then leave these pages shared
