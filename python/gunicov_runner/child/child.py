"""The life of the forked child: it becomes pytest, or another program."""

import os
import signal
import sys
import time
import traceback

from gunicov_runner.child.cold import become_cold
from gunicov_runner.child.project_sources import forget_project_paths, read_project_sources
from gunicov_runner.child.pythonpath_plugin import with_plugin
from gunicov_runner.child.server_ready import ServerReady
from gunicov_runner.process.ending import leave
from gunicov_runner.process.process import die_with
from gunicov_runner.text import encode
from gunicov_runner.warm.begin import begin_anew


def be_program(command, server_ready, fd):
    """Become the command; returns only when that fails."""
    server_ready.wait()
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, programs expect them
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(command.program, command.words, with_plugin(command.environ, fd))
    except OSError as failure:
        os.write(fd, encode({"event": "exec", "errno": failure.errno}))
    return 127


def be_warm(plan, server_ready, fd):
    """Be pytest in this fork of the warm process, which had the modules as `plan.originals` says."""
    sys.path[:] = plan.command.import_path()
    begin_anew()
    forget_project_paths()
    read_project_sources()
    from gunicov_runner.child.pytest_run import run_pytest  # it needs pytest

    return run_pytest(plan, server_ready, fd, plan.originals)


def live_as_child(plan, line, parent, events, output, close):
    """All of the child's life; never returns. Signals are blocked when it begins."""
    code, last, command, known = 3, None, plan.command, set(sys.modules)
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
        if not command.pytest:
            code = be_program(command, ServerReady(line, held=plan.held), events)
        elif plan.warm:
            code, last = be_warm(plan, ServerReady(line, plan.held), events)
        else:
            become_cold(plan, line, events)
    except KeyboardInterrupt:
        code = 2  # before pytest could take it
    except BaseException:  # noqa: BLE001 (nothing may unwind into the runner's own frames)
        traceback.print_exc()
    finally:
        leave(code, known, last)
