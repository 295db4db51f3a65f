"""The life of the forked child: it becomes pytest, or another program."""

import os
import signal
import sys
import time
import traceback
import types

from gunicov_runner.child.fresh import COMPILED, read_project_sources
from gunicov_runner.child.nursery import warm_workers
from gunicov_runner.child.reporter import Reporter
from gunicov_runner.child.xdist_worker import SELECTION
from gunicov_runner.inside.carrier import carrying
from gunicov_runner.preload import third_party
from gunicov_runner.process.process import die_with, leave
from gunicov_runner.text import encode


def be_pytest(command, first, gate, fd):
    """Run pytest in this process, as the command would; return its exit code, and what tells it in the end."""
    known = set(sys.modules)  # the runner's own
    sys.path[:] = command.import_path()
    sys.modules["__main__"] = types.ModuleType("__main__")
    read_project_sources()
    import pytest

    # They need pytest.
    from gunicov_runner.child import selection
    from gunicov_runner.child.gate import Departure, Gate
    from gunicov_runner.child.told import Plugins, Told
    from gunicov_runner.shards.plugin import Shards

    sys.modules[SELECTION] = selection
    module_name = os.path.join(os.path.dirname(pytest.__file__), "__main__.py")
    script = module_name if command.first == command.cwd else command.script
    sys.argv = [script, *command.arguments]
    for hook in (Reporter.pytest_configure_node, Reporter.pytest_xdist_node_collection_finished):
        pytest.hookimpl(optionalhook=True)(hook)  # known only where xdist is
    reporter = Reporter(fd, command.cwd)
    told = Told(reporter)

    def select(ids):
        reporter.select = selection.IDS = ids

    warm_workers(reporter.modules)
    passage = Gate(gate, command, reporter, select)
    # The last one's hooks come first: shards are forked ahead, too, and wait for their tests.
    plugins = [
        reporter,
        told,
        Plugins(told),
        passage,
        Departure(passage),
        Shards(reporter, passage, first),
    ]
    try:
        code = pytest.main(["-p", SELECTION, *command.arguments], plugins=plugins)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    passage.reach()  # pytest may have ended without a test
    reporter.modules(third_party(known))
    reporter.compiled(COMPILED)
    reporter.send({"event": "finish"})
    # For a process, and those behind a scout, to be gone takes some 10 ms: nobody waits for that.
    return int(code), lambda: reporter.send({"event": "left", "code": int(code) & 0xFF})


def be_program(command, gate, fd):
    """Become the command; returns only when that fails."""
    with open(gate, "rb") as file:
        if not file.readline():
            return 0  # nobody will send it on
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, programs expect them
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(command.program, command.words, carrying(command.environ, fd))
    except OSError as failure:
        os.write(fd, encode({"event": "exec", "errno": failure.errno}))
    return 127


def live_as_child(command, first, gate, parent, events, output, close):
    """All of the child's life; never returns. Signals are blocked when it begins."""
    code, last = 3, None
    try:
        os.setsid()
        die_with(parent)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        for fd in (null, output, *close):
            os.close(fd)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 (for the child's whole life)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.environ.clear()
        os.environ.update(command.environ)
        os.chdir(command.cwd)
        time.tzset()
        if command.pytest:
            code, last = be_pytest(command, first, gate, events)
        else:
            code = be_program(command, gate, events)
    except BaseException:  # noqa: BLE001 (nothing may unwind into the runner's own frames)
        traceback.print_exc()
    finally:
        leave(code, last)
