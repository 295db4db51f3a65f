"""A trial, in a child, of what is to be imported in the master."""

import contextlib
import importlib
import json
import os
import random
import signal
import sys

from gunicov_common.shared_by_forks import descriptors

from ..coverage_py.coverages import find_no_files, make_coverage, only_measure
from ..coverage_py.options import where_started
from ..coverage_py.other_tracer import stop_other_tracer
from ..source.loaded import project_files
from ..source.measures import Measures
from ..state import STATE
from .generators import Generators
from .threads import threads

PRELOAD_TRIES = 8
PRELOAD_SECONDS = 20


def try_imports(left):
    """The names of `left` (name -> path) whose import is safe. Each try is a child's; a package that
    is not safe is left out of the next one, with all its modules."""
    left = dict(left)
    for _ in range(PRELOAD_TRIES):
        bad = try_in_child(left) if left else None
        if bad is True:  # something that is measured has run: by which of them?
            bad = try_in_child(left, True) or next(iter(left))
        if bad is None:
            return list(left)
        package = bad.partition(".")[0]
        left = {name: path for name, path in left.items() if name.partition(".")[0] != package}
    return []


def try_in_child(left, one_by_one=False):
    """Import modules in a forked child. What `first_unsafe` says of them."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, PRELOAD_SECONDS)  # SIGALRM ends the child
            os.write(writer, json.dumps(first_unsafe(left, one_by_one)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        said = file.read()
    with contextlib.suppress(ChildProcessError):  # gunicorn may have reaped it
        os.waitpid(pid, 0)
    # One that said nothing died or hung: nobody knows at which.
    return json.loads(said) if said else next(iter(left))


def first_unsafe(left, one_by_one):
    """The first of these modules whose import starts a thread, keeps a descriptor open, takes a signal, makes a
    random number generator, imports code of the project, runs what coverage measures, fails, or brings another
    file than the workers had. None: all are safe. True: one runs what is measured, which is only looked for
    `one_by_one`.
    """
    cov = start_trial()
    generators = Generators()
    before, known = process_traits(), set(sys.modules)
    for name, path in left.items():
        try:
            module = importlib.import_module(name)
            if module.__spec__.origin != path or process_traits() != before or generators.made():
                return name
            new = [each for each in list(sys.modules.items()) if each[0] not in known]
            if project_files(new):
                return name
            known.update(dict(new))
            if one_by_one and has_run(cov):
                return name
        except BaseException:  # noqa: BLE001 - whatever a module does when it is imported
            return name
    return True if has_run(cov) else None


def start_trial():
    """Measure in this process as a worker would: what a library brings in may be measured, by whatever
    way it comes. The Coverage, or None where there is none; it raises what coverage raises."""
    if "coverage" not in sys.modules:
        return None
    stop_other_tracer()
    with where_started():
        cov = make_coverage(None)
        only_measure(cov)
        cov.start()
        STATE.measures = Measures(cov)
    find_no_files(cov)
    return cov


def has_run(cov):
    """Whether anything that coverage measures has been run since `cov` was started."""
    if cov is None:
        return False
    cov.stop()
    data = cov.get_data()
    found = any(data.lines(path) for path in data.measured_files())
    cov.start()
    return found


def process_traits():
    """What an import must leave as it was."""
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    return (
        threads(),
        descriptors(),
        handlers,
        set(STATE.hashes),
        list(sys.path),
        random.getstate(),
    )
