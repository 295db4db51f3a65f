"""pytest in this process, as its command would run it."""

import importlib.util
import os
import sys
import types

import pytest

from gunicov_runner.child.before_tests import BeforeTests
from gunicov_runner.child.kept_code import COMPILED, portable
from gunicov_runner.child.reporter import Reporter
from gunicov_runner.child.rewriting import note_what_is_asked
from gunicov_runner.child.tests_summary import MarkPluginsPart, SummaryPlugin
from gunicov_runner.child.workers import fork_workers
from gunicov_runner.text import cap, encode


def run_pytest(plan, server_ready, fd, originals=None):
    """Run it; return the exit code, and what sends it when all exit handlers have run.

    `originals`: the Originals of the warm process, where this is a fork of it; then xdist's workers are forked from
    this process as it is now.
    """
    forks = originals is not None
    be_script(plan.command, plan.arguments)
    note_what_is_asked()
    reporter = Reporter(fd, plan.command.cwd, server_ready)
    before = BeforeTests(
        server_ready, plan.first, originals, lambda event: os.write(fd, encode(event))
    )
    summary = SummaryPlugin(reporter)
    learnt = []  # of workers that have ended
    if forks:
        reporter.is_fork = fork_workers(before, learnt.append)
    try:
        code = pytest.main(
            list(plan.arguments), plugins=[reporter, summary, MarkPluginsPart(summary), before]
        )
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    server_ready.wait()  # pytest may have ended without a test
    if forks:
        learn(reporter, before, learnt)
    for refused in dict.fromkeys([before.refused, *(worker["refused"] for worker in learnt)]):
        reporter.send({"event": "refused", "message": cap(refused)})
    reporter.send({"event": "finish"})
    # For a process to be gone takes some 10 ms: nobody waits for that.
    return int(code), lambda: reporter.send({"event": "left", "code": int(code) & 0xFF})


def learn(reporter, before, learnt):
    """Tell what the next run can be forked with."""
    modules = dict(before.learnt())
    codes = {tuple(each[:2]): each for each in portable(COMPILED)}
    for worker in learnt:
        modules.update(worker["modules"])
        codes.update((tuple(each[:2]), each) for each in worker["codes"])
    reporter.modules(list(map(list, modules.items())))
    reporter.compiled(codes.values())


def be_script(command, arguments):
    """Have sys.argv, sys.executable and `__main__` as the command's own process has them."""
    main = types.ModuleType("__main__")
    if command.first == command.cwd:  # python -m pytest
        main.__spec__ = importlib.util.find_spec("pytest.__main__")
        main.__file__ = os.path.join(os.path.dirname(pytest.__file__), "__main__.py")
        main.__package__ = "pytest"
        begin = command.words[: len(command.words) - len(command.arguments)]
    else:
        main.__file__ = command.script
        begin = [command.executable, command.script]
    sys.executable, sys.orig_argv = command.executable, [*begin, *arguments]
    sys.modules["__main__"] = main
    sys.argv = [main.__file__, *arguments]
