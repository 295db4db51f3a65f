"""gunicov's test runner: runs the project's tests beside it, and tells each outcome as it happens.

One process for the whole session, injected into T (docs/protocol.md, sections 1, 2 and 4): JSON
lines on stdin and stdout, nothing written to disk. It keeps pytest imported and forks for each run,
so that a run costs no interpreter start; the project's own modules are only ever imported in the
forked child. Python 3.8 or later, the standard library, and the project's own pytest.

    stdin ── Wire ── Runner ── Run ── Family (the forked child and all that descends from it)
                                └──── Reporter (in the child: a pytest plugin, events by a pipe)
"""

import sys

# `python -c` puts the working directory first: a json.py of the project must not be ours.
sys.path[:] = [entry for entry in sys.path if entry]
sys.dont_write_bytecode = True

import atexit
import collections
import errno
import gc
import importlib
import importlib.machinery
import io
import json
import os
import re
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time
import traceback
import types

PROTOCOL = 1
MAX_LINE = 16 * 1024 * 1024
MAX_TEXT = 64 * 1024  # of one output, and of an id
MAX_MESSAGE = 2000
CHUNK = 64 * 1024
GRACE = 2.0  # seconds from SIGTERM to SIGKILL
SWEEP = 2.0  # seconds for what was sent SIGKILL to be gone
PROBE = 10.0  # seconds for another interpreter to say what it is
XDIST_OPTIONS = r"-n\S*|--(?:numprocesses|maxprocesses|dist|tx|px|maxschedchunk|loadscope)\S*"

# Runs in the forked child and in every worker of xdist: the project's own modules are compiled
# from their source. A .pyc is keyed by whole seconds and size, so that a same-length edit within a
# second would run old code; pytest's assertion rewriter keeps a cache of its own with the same key.
# Installed packages keep their .pyc: compiling pytest itself anew costs half a second a worker.
FRESH_SOURCE = r"""
import importlib.machinery
import os
import sys

sys.dont_write_bytecode = True


def read_project_sources():
    loader = importlib.machinery.SourceFileLoader
    stdlib = os.path.dirname(os.__file__) + os.sep
    get_code, exec_module = loader.get_code, loader.exec_module

    def installed(path):
        path = str(path)
        return path.startswith(stdlib) or "/site-packages/" in path or "/dist-packages/" in path

    def get_code_from_source(self, fullname):
        path = self.get_filename(fullname)
        if installed(path):
            return get_code(self, fullname)
        return self.source_to_code(self.get_data(path), path)

    def rewrite_from_source(rewrite):
        read_pyc = getattr(rewrite, "_read_pyc", None)
        if read_pyc is None:
            # A pytest that we do not know: a cache directory that can never exist.
            sys.pycache_prefix = os.devnull + "/gunicov"
            return
        rewrite._read_pyc = lambda source, *rest: (
            read_pyc(source, *rest) if installed(source) else None
        )

    def exec_and_patch(self, module):
        exec_module(self, module)
        if module.__name__ == "_pytest.assertion.rewrite":
            rewrite_from_source(module)

    loader.get_code, loader.exec_module = get_code_from_source, exec_and_patch
    if "_pytest.assertion.rewrite" in sys.modules:
        rewrite_from_source(sys.modules["_pytest.assertion.rewrite"])


read_project_sources()
"""

# A worker of xdist dies with its controller, also when that is killed with SIGKILL.
WORKER_SOURCE = (
    FRESH_SOURCE
    + r"""
try:
    if sys.platform == "linux":
        import ctypes
        ctypes.CDLL(None).prctl(1, 9)
except Exception:
    pass
"""
)

# What execnet runs in a new interpreter to become a gateway: it reads its program from stdin.
BOOT_GATEWAY = "import sys;exec(eval(sys.stdin.readline()))"

# Keeps the selected tests only. It narrows the paths that are collected, and then compares whole
# node ids: no id is ever parsed back from an argument, so that brackets, spaces and `::` in
# parameters are safe, the root directory stays that of a full run, and an id that no longer exists
# is no error. It is a module, not an object: xdist's workers load it by name.
SELECT_MODULE = "gunicov_select"
SELECT_SOURCE = r'''"""gunicov's selection of tests (PYTEST_DONT_REWRITE)."""
import os
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    root = str(session.config.rootdir if not hasattr(session.config, "rootpath")
               else session.config.rootpath)
    files = [os.path.join(root, test.split("::")[0]) for test in IDS]
    found = [path for path in dict.fromkeys(files) if os.path.exists(path)]
    if found:
        session.config.args = found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    wanted = set(IDS)
    rest = [item for item in items if item.nodeid not in wanted]
    items[:] = [item for item in items if item.nodeid in wanted]
    if rest:
        config.hook.pytest_deselected(items=rest)
'''
SELECT_WORKER_SOURCE = f"""
import sys, types
module = types.ModuleType({SELECT_MODULE!r})
module.IDS = channel.receive()
exec(channel.receive(), module.__dict__)
sys.modules[{SELECT_MODULE!r}] = module
"""


class Failure(Exception):
    """An expected failure of a request: `kind` from the protocol, and what to do about it.

    `output` is what the tests printed last, and becomes the answer's `detail`.
    """

    def __init__(self, kind, message, fix="", output=None):
        super().__init__(message)
        self.answer = {"kind": kind, "message": message, "fix": fix}
        if output is not None:
            self.answer["detail"] = output


# ---- text ----


def cap(text, limit=MAX_TEXT):
    """Return at most about `limit` bytes of `text`: its start and its end."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode("utf-8")
    half = (limit - 60) // 2
    head = data[:half].decode("utf-8", "ignore")
    tail = data[-half:].decode("utf-8", "ignore")
    return f"{head}\n… {len(data) - 2 * half} bytes left out …\n{tail}"


def first_line(text):
    """Return the first line of `text` that is not blank, stripped and capped."""
    lines = (line.strip() for line in text[:CHUNK].splitlines())
    return next((line for line in lines if line), "")[:MAX_MESSAGE]


def encode(message):
    """Return `message` as one line of JSON in valid UTF-8 (lone surrogates become `?`)."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class Tail:
    """The last `MAX_TEXT` bytes of a stream of any length."""

    def __init__(self):
        self.data = bytearray()

    def add(self, chunk):
        self.data += chunk
        if len(self.data) > 2 * MAX_TEXT:
            del self.data[:-MAX_TEXT]

    def text(self):
        """Return the tail as text; bytes that are not UTF-8 are replaced."""
        return bytes(self.data[-MAX_TEXT:]).decode("utf-8", "replace")


class Lines:
    """Bytes in, whole lines out; a line longer than `MAX_LINE` comes out as None, once."""

    def __init__(self):
        self.rest = bytearray()
        self.skipping = False

    def feed(self, chunk):
        """Yield each line that `chunk` completes, without its newline."""
        while True:
            end = chunk.find(b"\n")
            self.rest += chunk if end < 0 else chunk[:end]
            if len(self.rest) > MAX_LINE and not self.skipping:
                self.skipping = True
                yield None
            if self.skipping:
                self.rest.clear()
            if end < 0:
                return
            if not self.skipping:
                yield bytes(self.rest)
            self.rest.clear()
            self.skipping = False
            chunk = chunk[end + 1 :]


# ---- what a command is ----


class Command:
    """A test command as it will run: `program` is the file, `interpreter` its Python or None.

    `arguments` are pytest's own when `pytest` is true, `script` the path that it would see in
    sys.argv[0], and `first` the directory that Python would put first on sys.path.
    """

    def __init__(self, words, cwd, environ):
        self.words, self.cwd, self.environ = words, cwd, environ
        self.program = find_program(words[0], cwd, environ)
        self.interpreter = None
        self.arguments = []
        self.script = self.program
        self.first = None
        name = os.path.basename(words[0])
        if name in ("pytest", "py.test"):
            self._console_script()
        elif re.fullmatch(r"(?:python|pypy)[\d.]*", name):
            self._module()

    @property
    def pytest(self):
        """True when the command runs pytest on an interpreter that we know."""
        return self.interpreter is not None

    def _console_script(self):
        self.arguments = self.words[1:]
        self.first = os.path.dirname(os.path.realpath(self.program))
        interpreter = script_interpreter(self.program, self.cwd, self.environ)
        if interpreter is not None:
            self.interpreter = self._with_pytest(interpreter)

    def _module(self):
        words = self.words[1:]
        while words and words[0] in ("-u", "-B"):  # they change nothing here
            words = words[1:]
        if words[:1] == ["-m"] and words[1:2] in (["pytest"], ["py.test"]):
            self.arguments = words[2:]
            self.first = self.cwd
            self.interpreter = self._with_pytest(self.program)

    def import_path(self):
        """Return sys.path as the command's own process would have it."""
        own = split_path(os.environ.get("PYTHONPATH", ""), os.getcwd())
        rest = [entry for entry in sys.path if entry not in own]
        asked = split_path(self.environ.get("PYTHONPATH", ""), self.cwd)
        first = [] if self.environ.get("PYTHONSAFEPATH") else [self.first]
        return first + asked + rest

    def _with_pytest(self, interpreter):
        """Return the interpreter's own name for itself; it must be able to import pytest."""
        if same_program(interpreter, sys.executable):
            found = importlib.machinery.PathFinder.find_spec("pytest", self.import_path())
            name, found = sys.executable, found is not None
        else:
            name, found = probe(interpreter, self.cwd, self.environ)
        if not found:
            raise Failure(
                "no-command",
                f"{name} cannot import pytest, so “{shlex.join(self.words)}” cannot run.",
                f"Install it there: {name} -m pip install pytest pytest-xdist",
            )
        return name


def split_path(value, cwd):
    """Return the absolute directories of a PYTHONPATH."""
    return [os.path.join(cwd, entry) for entry in value.split(os.pathsep) if entry]


def same_program(one, other):
    """Tell whether two paths are one interpreter: links inside a directory, never across venvs."""
    home, real = os.path.dirname, os.path.realpath
    return real(home(one)) == real(home(other)) and real(one) == real(other)


def find_program(name, cwd, environ):
    """Return the absolute path of the program `name`, as execvpe would find it in `cwd`.

    Raises Failure `no-command` where there is none that can be executed.
    """
    search = environ.get("PATH", os.defpath)
    if "/" in name:
        path = os.path.join(cwd, name)
        found = path if os.path.isfile(path) and os.access(path, os.X_OK) else None
        where = "is not an executable file" if os.path.exists(path) else "does not exist"
        where = f"{path} {where} where the tests run."
    else:
        places = os.pathsep.join(os.path.join(cwd, place) for place in search.split(os.pathsep))
        found = shutil.which(name, path=places)
        where = f"There is no “{name}” on PATH where the tests run (PATH={search})."
    if found is None:
        raise Failure("no-command", where, command_fix(name))
    return os.path.abspath(found)


def command_fix(name):
    """Return what to do about a program that is not there."""
    if os.path.basename(name) in ("pytest", "py.test"):
        if importlib.machinery.PathFinder.find_spec("pytest", sys.path):
            return f'pytest is there as a module: let the command begin with "{sys.executable} -m pytest".'
        return f"Install it there: {sys.executable} -m pip install pytest pytest-xdist"
    return "Install it there, or set `command` under [tool.gunicov.tests] to one that exists."


def script_interpreter(path, cwd, environ):
    """Return the Python that runs the console script `path`, or None when it is no Python script.

    Knows `#!/path/python`, `#!/usr/bin/env python3`, the `#!/bin/sh` form that pip and uv write
    for long paths, and pyenv's shims. Raises Failure `no-command` when that Python is not there.
    """
    with open(path, "rb") as file:
        text = file.read(4096).decode("utf-8", "replace")
    if not text.startswith("#!"):
        return None
    lines = text[2:].splitlines()
    words = lines[0].split() or [""]
    name = os.path.basename(words[0])
    if name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        name = os.path.basename(words[0]) if words else ""
    if re.match(r"python|pypy", name):
        return interpreter_of(path, words[0], cwd, environ)
    if name in ("sh", "bash"):
        return shell_interpreter(path, lines[1:], cwd, environ)
    return None


def interpreter_of(script, name, cwd, environ):
    """Return the absolute path of the interpreter `name` that `script` asks for."""
    try:
        return find_program(name, cwd, environ)
    except Failure:
        raise Failure(
            "no-command",
            f"{script} runs on {name}, which is not there.",
            "Its virtual environment was moved or removed: make it again.",
        ) from None


def shell_interpreter(script, lines, cwd, environ):
    """Return the Python behind a shell script that only executes one, or None."""
    text = "\n".join(lines)
    long_path = re.match(r"""'''exec'\s+(?:"([^"$]+)"|'([^']+)'|([^\s"'$]+))\s""", text)
    if long_path:
        name = next(group for group in long_path.groups() if group)
        return interpreter_of(script, name, cwd, environ)
    beside = re.match(r"""'''exec'\s+"\$\(dirname .*\)"/'?([^\s']+)'?\s""", text)
    if beside:
        name = os.path.join(os.path.dirname(os.path.realpath(script)), beside.group(1))
        return interpreter_of(script, name, cwd, environ)
    shim = re.search(r'exec "([^"]*/pyenv)" exec', text)
    if shim:
        name = os.path.basename(script)
        real = ask([shim.group(1), "which", name], cwd, environ).strip()
        return script_interpreter(real, cwd, environ) if os.path.isfile(real) else None
    return None


def ask(words, cwd, environ):
    """Return what a short program prints; empty when it fails or takes too long."""
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def probe(interpreter, cwd, environ):
    """Return another interpreter's sys.executable, and whether it can import pytest."""
    text = (
        "import importlib.util as u, json, sys; "
        "print(json.dumps([sys.executable, u.find_spec('pytest') is not None]))"
    )
    try:
        name, found = json.loads(ask([interpreter, "-c", text], cwd, environ).splitlines()[-1])
    except (ValueError, IndexError):
        raise Failure(
            "no-command",
            f"{interpreter} does not run.",
            "Check that this Python works where the tests are.",
        ) from None
    return name or interpreter, found


# ---- in the forked child ----


class Attempt:
    """The reports of one run of one test, merged into one outcome."""

    def __init__(self):
        self.outcome = "passed"
        self.message = self.place = ""
        self.reports = []
        self.started = self.ended = None

    def add(self, report, cwd):
        """Take the next report: of setup, call or teardown, or xdist's on a worker's crash."""
        ended = getattr(report, "stop", None) or time.time()
        started = getattr(report, "start", None) or ended - getattr(report, "duration", 0)
        self.started = started if self.started is None else min(self.started, started)
        self.ended = ended if self.ended is None else max(self.ended, ended)
        if report.failed:
            self._failed(report, cwd)
        elif report.skipped and self.outcome == "passed":
            self._skipped(report, cwd)
        self.reports.append(report)

    def _failed(self, report, cwd):
        if self.outcome in ("failed", "error"):
            return
        fixture = report.when in ("setup", "teardown")
        self.outcome = "error" if fixture else "failed"
        self.message, self.place = describe(report, cwd)

    def _skipped(self, report, cwd):
        self.outcome = "skipped"
        self.message, self.place = describe_skip(report, cwd)

    def event(self, test):
        """Return the protocol's `test` event."""
        return {
            "event": "test",
            "test": test,
            "outcome": self.outcome,
            "ms": round((self.ended - self.started) * 1000, 3),
            "started": self.started,
            "ended": self.ended,
            "message": self.message,
            "place": self.place,
            "output": "" if self.outcome == "passed" else report_text(self.reports),
        }


def long_text(report):
    """Return a report's traceback; `longreprtext` would strip the first line's indentation."""
    try:
        from _pytest._io import TerminalWriter

        stream = io.StringIO()
        writer = TerminalWriter(stream)
        writer.hasmarkup = False
        report.toterminal(writer)
        return stream.getvalue()
    except (ImportError, AttributeError, TypeError):
        return str(report.longreprtext)


def report_text(reports):
    """Return the tracebacks and captured sections of a test, capped."""
    parts = [cap(long_text(report), MAX_TEXT // 2) for report in reports if report.failed]
    sections = reports[-1].sections if reports else []
    for name, content in sections:
        heading = f" {name} ".center(80, "-")
        parts.append(f"{heading}\n{cap(content, MAX_TEXT // 2)}")
    return cap("\n".join(part.rstrip("\n") for part in parts if part))


def describe(report, cwd):
    """Return the first line of a failure, and its place as `path:line` relative to `cwd`."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and crash.message:
        return first_line(crash.message), crash_place(report, crash, cwd)
    text = report.longrepr if isinstance(report.longrepr, str) else str(report.longreprtext)
    text = text[:CHUNK]
    marked = re.findall(r"^E {2,}(\S.*)$", text, re.MULTILINE)
    if report.when == "collect":
        # The last marked line names the error; those before it show where.
        message = marked[-1] if marked else first_line(text)
        return message[:MAX_MESSAGE], collect_place(report, text, cwd)
    return (marked[0] if marked else first_line(text))[:MAX_MESSAGE], location(report)


def crash_place(report, crash, cwd):
    """Return where it was raised, or the last line of the project that led there."""
    place = relative(crash.path, cwd)
    if not os.path.isabs(place):
        return f"{place}:{crash.lineno}"
    entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", [])
    for entry in reversed(entries):
        line = getattr(entry, "reprfileloc", None)
        if line is not None and not os.path.isabs(relative(line.path, cwd)):
            return f"{relative(line.path, cwd)}:{line.lineno}"
    return location(report) or f"{place}:{crash.lineno}"


def collect_place(report, text, cwd):
    """Return the last place inside `cwd` that the text of a collection error names."""
    pattern = r'^(?:E\s+File "([^"\n]+)", line (\d+)|([^\s:]+):(\d+): )'
    found = re.findall(pattern, text, re.MULTILINE)
    for quoted, quoted_line, plain, plain_line in reversed(found):
        path = relative(quoted or plain, cwd)
        if not os.path.isabs(path):
            return f"{path}:{quoted_line or plain_line}"
    return report.nodeid.split("::")[0]


def describe_skip(report, cwd):
    """Return the reason of a skip or an expected failure, and its place."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return first_line(expected or "expected failure"), location(report)
    if isinstance(report.longrepr, tuple) and len(report.longrepr) == 3:
        path, line, reason = report.longrepr
        return first_line(str(reason).replace("Skipped: ", "", 1)), f"{relative(path, cwd)}:{line}"
    return first_line(str(report.longrepr or "")), location(report)


def location(report):
    """Return where the test is written (pytest counts its lines from 0)."""
    path, line = (tuple(getattr(report, "location", None) or ()) + (None, None))[:2]
    if not path:
        return ""
    return path if line is None else f"{path}:{line + 1}"


def relative(path, cwd):
    """Return `path` relative to `cwd` where it is inside, else absolute."""
    path = os.path.normpath(os.path.join(cwd, str(path)))
    return path[len(cwd) + 1 :] if path.startswith(cwd.rstrip("/") + "/") else path


# ---- xdist's workers, forked warm ----


class Nursery:
    """A process that forks xdist's workers: pytest is imported in it, and nothing has run there yet.

    A new interpreter that imports pytest costs each worker a good part of a second. execnet asks a
    new process for one thing only, to execute what it reads from stdin; a fork of this one does
    that as well. The rest of xdist is as it is. Ends when the controller's end of `line` closes.
    """

    def __init__(self):
        self.line, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        parent = os.getpid()
        pid = os.fork()
        if pid:
            line.close()
            return
        code = 3
        try:
            self.line.close()
            die_with(parent)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers
            code = self._serve(line)
        except BaseException:  # noqa: BLE001 (nothing may unwind into the controller's frames)
            traceback.print_exc()
        finally:
            leave(code)

    def _serve(self, line):
        while True:
            _, fds, _, _ = socket.recv_fds(line, 1, 3)
            if not fds:
                return 0
            pid = os.fork()
            if pid == 0:
                line.close()
                return self._be_worker(fds)
            for fd in fds:
                os.close(fd)
            line.sendall(b"%d\n" % pid)

    @staticmethod
    def _be_worker(fds):
        """Live as an interpreter that execnet has started; `fds` are stdin, stdout and a sign of life.

        The first line of stdin is the environment and the working directory: a new process would
        inherit the controller's, which plugins may have changed since the nursery was forked.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, fd in enumerate(fds[:2]):
            os.dup2(fd, number)
            os.close(fd)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        sys.argv = ["-c"]
        environ, cwd = json.loads(sys.stdin.readline())
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(cwd)
        try:
            exec(BOOT_GATEWAY, {"__name__": "__main__"})  # noqa: S102 (as execnet has it)
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        os.write(fds[2], json.dumps(third_party()).encode())
        return 0

    def worker(self):
        """Fork a worker; return (pid, its stdin, its stdout, a descriptor that ends when it does)."""
        (input_end, stdin), (stdout, output_end), (alive, life) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(self.line, [b"."], [input_end, output_end, life])
        for fd in (input_end, output_end, life):
            os.close(fd)
        pid = b""
        while not pid.endswith(b"\n"):
            chunk = self.line.recv(16)
            if not chunk:
                raise OSError("the nursery is gone")
            pid += chunk
        return int(pid), stdin, stdout, alive


def fork_workers(nursery, learn):
    """Have execnet take its local gateways from the nursery. Anything else stays as it is.

    `learn` is called with what third_party() gives in each worker when that ends.
    """
    from execnet import gateway_base, gateway_io

    class ForkedIO(gateway_base.Popen2IO):
        def __init__(self, execmodel):
            self.pid, stdin, stdout, self.alive = nursery.worker()
            super().__init__(os.fdopen(stdin, "wb", 0), os.fdopen(stdout, "rb"), execmodel)
            self.write(json.dumps([dict(os.environ), os.getcwd()]).encode() + b"\n")

        def wait(self):
            last_words = bytearray()
            for chunk in iter(lambda: os.read(self.alive, CHUNK), b""):
                last_words += chunk
            if last_words:
                learn(json.loads(last_words))
            return 0

        def kill(self):
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    create_io = gateway_io.create_io

    def create(spec, execmodel):
        if spec.popen and not spec.python and not spec.via:
            return ForkedIO(execmodel)
        return create_io(spec, execmodel)

    gateway_io.create_io = create


def warm_workers(learn):
    """Prepare for xdist where it is there and forking can be trusted; `learn` as in fork_workers."""
    if not hasattr(socket, "send_fds"):
        return  # before Python 3.9
    try:
        importlib.import_module("execnet.gateway_io")
    except ImportError:
        return
    if threading.active_count() == 1:
        fork_workers(Nursery(), learn)


# ---- what the tests import, imported once ----

INSTALLED = ("/site-packages/", "/dist-packages/")


def third_party():
    """Return the installed modules that this process has: [name, file], in the order of import.

    Not those whose assertions pytest rewrites (plugins): it must import them itself.
    """
    found = []
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        if not isinstance(origin, str) or not any(part in origin for part in INSTALLED):
            continue
        if spec.name == name and "rewrite" not in type(spec.loader).__module__:
            found.append([name, origin])
    return found


def fingerprint(path):
    """Return what changes when a file is written anew, or None where it is gone."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size


class Preload:
    """Installed modules that the tests import, kept imported here, so that no fork has to.

    They are tried in a child first: what starts a thread, opens a file or fails when it is imported
    stays out, with all that comes after it. Nothing of the project's own is ever imported here.
    """

    def __init__(self):
        self.tried = set()
        self.files = {}  # path -> fingerprint, of what is imported here
        self.trial = None  # (pid, descriptor, what it has said)
        self.trying = {}

    def stale(self):
        """Return the path of an imported file that has changed since, or None."""
        return next((p for p, known in self.files.items() if fingerprint(p) != known), None)

    def begin(self, files):
        """Try modules (name -> file) that are new in a child; returns the descriptor to read, or None."""
        fresh = {n: f for n, f in files.items() if n not in self.tried and n not in sys.modules}
        if not fresh or self.trial or threading.active_count() > 1:
            return None
        self.tried.update(fresh)
        reader, writer = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                die_with(parent)
                os.close(reader)
                os.write(writer, json.dumps(self._try(fresh)).encode())
            finally:
                os._exit(0)
        os.close(writer)
        self.trial = (pid, reader, bytearray())
        self.trying = fresh
        return reader

    def give_up(self):
        """End the trial, if one is under way: a run goes first. It is made again after that."""
        if self.trial is None:
            return
        pid, reader, _ = self.trial
        self.trial = None
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reader)
        self.tried.difference_update(self.trying)

    @staticmethod
    def _try(files):
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        signal.alarm(20)  # SIGALRM ends the child
        safe, before = [], count_descriptors()
        for name, file in files.items():
            try:
                module = importlib.import_module(name)
            except BaseException:  # noqa: BLE001 (whatever a module does when it is imported)
                break
            if module.__spec__.origin != file:  # the tests' sys.path is not ours
                break
            if threading.active_count() > 1 or count_descriptors() != before:
                break
            safe.append(name)
        return safe

    def read(self):
        """Take what the child says; true when it has ended and its names are imported here."""
        pid, reader, said = self.trial
        chunk = os.read(reader, CHUNK)
        said += chunk
        if chunk:
            return False
        os.close(reader)
        os.waitpid(pid, 0)
        self.trial = None
        for name in json.loads(said or b"[]"):
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 (it went well a moment ago)
                break
        self.remember()
        gc.freeze()  # collections in the children then leave these pages shared
        return True

    def remember(self):
        """Note the files of all installed modules that are imported here."""
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and any(part in path for part in INSTALLED):
                self.files.setdefault(path, fingerprint(path))


def count_descriptors():
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


class Reporter:
    """The pytest plugin that tells what happens, by JSON lines on the descriptor `fd`."""

    def __init__(self, fd, cwd, select):
        self.fd, self.cwd, self.select = fd, cwd, select
        self.pid = os.getpid()
        self.attempts = {}
        self.broken = set()  # files that could not be collected
        self.told = set()  # names of modules
        self.total = None
        self.grouped = False

    def send(self, message):
        """Write one event; a process that a test forked stays silent."""
        if os.getpid() != self.pid:
            return
        data = memoryview(encode(message))
        while data:
            data = data[os.write(self.fd, data) :]

    def name(self, test):
        """Return a test's id without the group that xdist's loadgroup appends to it."""
        if self.grouped and test.rfind("@") > test.rfind("]"):
            test = test.rsplit("@", 1)[0]
        return cap(test)

    def pytest_configure(self, config):
        self.grouped = config.getoption("dist", "no") == "loadgroup"

    def pytest_collection_finish(self, session):
        self.collected([item.nodeid for item in session.items])

    def pytest_xdist_node_collection_finished(self, node, ids):
        if self.total is None:
            self.collected(ids)

    def collected(self, ids):
        """Tell the total, and which of the selected tests no longer exist."""
        ids = {self.name(test) for test in ids}
        missing = [
            test
            for test in self.select
            if test not in ids and test.split("::")[0] not in self.broken
        ]
        self.total = len(ids) + len(self.broken)
        self.send({"event": "total", "total": self.total, "missing": missing})

    def pytest_collectreport(self, report):
        if not report.failed:
            return
        self.broken.add(report.nodeid.split("::")[0])
        attempt = Attempt()
        attempt.reports.append(report)
        attempt.outcome = "error"
        attempt.started = attempt.ended = time.time()
        attempt.message, attempt.place = describe(report, self.cwd)
        self.send(attempt.event(self.name(report.nodeid) or "."))

    def pytest_internalerror(self, excrepr):
        """Tell of a bug in pytest or a plugin: xdist's exit code can be 0 in spite of one."""
        named = re.findall(r"^(?:E +)?([\w.]+(?:Error|Exception)\b.*)$", str(excrepr), re.MULTILINE)
        self.send({"event": "internal", "message": first_line("\n".join(named[-1:]))})

    def pytest_runtest_logstart(self, nodeid, location):
        self.send({"event": "start", "test": self.name(nodeid)})

    def pytest_runtest_logreport(self, report):
        test = self.name(report.nodeid)
        if report.when == "setup" or test not in self.attempts:
            self.attempts[test] = Attempt()
        if report.outcome == "rerun":
            del self.attempts[test]  # a rerun plugin begins again with setup
            return
        self.attempts[test].add(report, self.cwd)
        if report.when not in ("setup", "call"):
            self.send(self.attempts.pop(test).event(test))

    def modules(self, found):
        """Tell which installed modules the tests have imported: the next run finds them there."""
        fresh = [[name, file] for name, file in found if name not in self.told]
        self.told.update(name for name, _ in fresh)
        for start in range(0, len(fresh), 100):
            self.send({"event": "modules", "modules": fresh[start : start + 100]})

    def pytest_configure_node(self, node):
        """Prepare a worker of xdist before its pytest starts: plugin objects do not reach it."""
        node.gateway.remote_exec(WORKER_SOURCE).waitclose()
        if self.select:
            channel = node.gateway.remote_exec(SELECT_WORKER_SOURCE)
            channel.send(self.select)
            channel.send(SELECT_SOURCE)
            channel.waitclose()


def be_pytest(command, select, fd):
    """Run pytest in this process, as the command would; return its exit code."""
    sys.path[:] = command.import_path()
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(FRESH_SOURCE, {"__name__": "gunicov_fresh"})  # noqa: S102 (our own text)
    import pytest

    arguments = list(command.arguments)
    if select:
        module = types.ModuleType(SELECT_MODULE)
        module.IDS = select
        exec(SELECT_SOURCE, module.__dict__)  # noqa: S102 (our own text)
        sys.modules[SELECT_MODULE] = module
        arguments[:0] = ["-p", SELECT_MODULE]
    module_name = os.path.join(os.path.dirname(pytest.__file__), "__main__.py")
    sys.argv = [module_name if command.first == command.cwd else command.script] + arguments
    for hook in (Reporter.pytest_configure_node, Reporter.pytest_xdist_node_collection_finished):
        pytest.hookimpl(optionalhook=True)(hook)  # known only where xdist is
    reporter = Reporter(fd, command.cwd, select)
    warm_workers(reporter.modules)
    try:
        code = pytest.main(arguments, plugins=[reporter])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    reporter.modules(third_party())
    reporter.send({"event": "finish"})
    return int(code)


def be_program(command, fd):
    """Become the command; returns only when that fails."""
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, programs expect them
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(command.program, command.words, command.environ)
    except OSError as failure:
        os.write(fd, encode({"event": "exec", "errno": failure.errno}))
    return 127


def leave(code):
    """End the child as an interpreter ends: threads, exit handlers, buffers; never our own frames."""
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001 (sys.exit in an exit handler too)
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def live_as_child(command, select, parent, events, output, close):
    """All of the child's life; never returns. Signals are blocked when it begins."""
    code = 3
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
        code = be_pytest(command, select, events) if command.pytest else be_program(command, events)
    except BaseException:  # noqa: BLE001 (nothing may unwind into the runner's own frames)
        traceback.print_exc()
    finally:
        leave(code)


# ---- processes ----


def prctl(option, value):
    """Call Linux's prctl; elsewhere, and without ctypes, do nothing."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def die_with(parent):
    """Have the kernel kill this process when the runner dies, however that happens."""
    prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(3)


def adopt_orphans():
    """Have orphans of our children become ours, so that none outlives a run."""
    prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def children():
    """Return the pids of this process's children, adopted ones too (Linux; elsewhere none)."""
    own, found = str(os.getpid()), []
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in filter(str.isdigit, names):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if fields[1].decode() == own:
            found.append(int(name))
    return found


class Family:
    """The forked child and everything that descends from it."""

    def __init__(self, pid):
        self.pid = pid
        self.status = None  # the child's, once it is reaped
        self.empty = False  # nothing is left
        self.asked = set()
        self.asked_group = False

    def reap(self):
        """Reap whoever has died."""
        while not self.empty:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.empty = True
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.status = status

    def ask(self):
        """Send SIGTERM, once each, to those outside the group that are our children, then to it.

        In this order: a child that has not made its group yet gets it by its pid. Called again,
        it reaches those who became ours since, because their parent died.
        """
        for pid in children():
            if pid not in self.asked and group_of(pid) != self.pid:
                self.asked.add(pid)
                send_signal(os.kill, pid, signal.SIGTERM)
        if not self.asked_group:
            self.asked_group = True
            send_signal(os.killpg, self.pid, signal.SIGTERM)

    def end(self):
        """Kill and reap all that is left; those that it reveals (grandchildren) too."""
        send_signal(os.killpg, self.pid, signal.SIGKILL)
        until = time.monotonic() + SWEEP
        self.reap()
        while not self.empty and time.monotonic() < until:
            for pid in children():
                send_signal(os.kill, pid, signal.SIGKILL)
            time.sleep(0.002)
            self.reap()
        if not self.empty:
            print(f"gunicov: processes {children()} could not be ended", file=sys.stderr)


def group_of(pid):
    """Return the process group of `pid`, or None when it has gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def send_signal(send, target, number):
    """Send a signal to a process or group that may be gone, or be another user's."""
    try:
        send(target, number)
    except (ProcessLookupError, PermissionError):
        pass


# ---- a run ----


class Run:
    """One request `run`, from fork to its one answer."""

    def __init__(self, request, command, select, timeout, runner):
        self.request, self.command, self.runner = request, command, runner
        self.select = select
        self.begun = time.monotonic()
        self.limit = timeout
        self.deadline = self.begun + timeout if timeout else None
        self.stopped = None  # the answer, once the run is being stopped
        self.kill_at = None
        self.outcomes = {}
        self.running = {}
        self.total = None
        self.missing = []
        self.finished = False
        self.exec_errno = None
        self.internal = None  # pytest's own error
        self.imported = {}  # installed modules, name -> file, in the order of their import
        self.tail = Tail()
        self.lines = Lines()
        self._fork()

    def _fork(self):
        self.events, events = os.pipe()
        self.output, output = os.pipe()
        for fd in (self.events, self.output):
            os.set_blocking(fd, False)
        sys.stdout.flush()
        sys.stderr.flush()
        parent, close = os.getpid(), [self.events, self.output, *self.runner.fds()]
        # Blocked, so that no signal meets the runner's handlers in the child.
        old = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        self.started = time.time()
        pid = os.fork()
        if pid == 0:
            live_as_child(self.command, self.select, parent, events, output, close)
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        os.close(events)
        os.close(output)
        self.family = Family(pid)
        if not self.command.pytest:
            self.begin_program()

    def begin_program(self):
        """A command that is not pytest is one test."""
        self.name = cap(shlex.join(self.command.words))
        self.running[self.name] = True
        self.on_event({"event": "total", "total": 1, "missing": []})

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
            else:
                self._events(chunk)
        return True

    def _events(self, chunk):
        for line in self.lines.feed(chunk):
            try:
                event = json.loads(line)
            except (TypeError, ValueError):
                continue  # cut off by a kill
            self.on_event(event)

    def on_event(self, event):
        """Take one event of the child's, and pass on what the protocol knows."""
        kind = event["event"]
        if kind == "start":
            self.running[event["test"]] = True
        elif kind == "exec":
            self.exec_errno = event["errno"]
        elif kind == "finish":
            self.finished = True
        elif kind == "modules":
            self.imported.update(event["modules"])
        elif kind == "internal":
            self.internal = self.internal or event["message"] or "unknown"
        elif kind == "total":
            self.total, self.missing = event["total"], event["missing"]
            self.progress({"event": "total", "total": self.total})
        elif kind == "test":
            self.running.pop(event["test"], None)
            self.outcomes[event["test"]] = event["outcome"]
            self.progress(event)

    def progress(self, event):
        """Send an event of this request; silent once the run is being stopped."""
        if self.stopped is None:
            self.runner.wire.send({"id": self.request, **event})

    # -- stopping and settling

    def stop(self, failure):
        """Begin to kill the family; the run settles with `failure` when all are dead."""
        if self.stopped is None:
            self.stopped = failure
            self.kill_at = time.monotonic() + GRACE
            self.family.ask()

    def wake_at(self):
        """Return when to look again though nothing happens, or None."""
        return self.deadline if self.stopped is None else self.kill_at

    def advance(self):
        """Look at the clock and the family; return true once this run has settled."""
        self.family.reap()
        now = time.monotonic()
        alive = self.family.status is None
        if alive and self.stopped is None and self.deadline is not None and now >= self.deadline:
            self.stop(Failure("timeout", *self._timeout_text()))
        if self.stopped is not None and now < self.kill_at and not self.family.empty:
            self.family.ask()
            return False
        if self.stopped is None and alive:
            return False
        self.family.end()
        while self.read(self.events) and self._more(self.events):
            pass
        while self.read(self.output) and self._more(self.output):
            pass
        self._settle()
        return True

    @staticmethod
    def _more(fd):
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            return bool(selector.select(0))

    def close(self):
        """Close this run's descriptors."""
        os.close(self.events)
        os.close(self.output)

    def _settle(self):
        try:
            answer = {"ok": self._result()}
        except Failure as failure:
            answer = {"error": failure.answer}
        self.runner.wire.send({"id": self.request, **answer})

    def _result(self):
        if self.stopped is not None:
            if self.stopped.answer["kind"] == "timeout":
                self.stopped.answer["detail"] = self.tail.text()
            raise self.stopped
        status, text = self.family.status, self.tail.text()
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            raise crashed(f"The test process was killed by {name}{self._during()}.", text)
        code = os.WEXITSTATUS(status)
        if self.command.pytest:
            self._check_pytest(code, text)
        else:
            self._check_program(code, text)
        return self._counts(code, text)

    def _counts(self, code, text):
        count = collections.Counter(self.outcomes.values())
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
        }

    def _check_pytest(self, code, text):
        """Raise the Failure that an exit code of pytest stands for, if any."""
        if code == 4:
            raise usage(text)
        if not self.finished:
            raise crashed(f"The test process ended with {code}{self._during()}.", text)
        if code == 3 or self.internal:
            raise crashed(f"pytest failed with an internal error: {self.internal}", text)
        if code == 5:
            raise self._no_tests(text)
        silent = (self.total or 0) - len(self.outcomes)
        if code == 0 and silent > 0:
            raise crashed(
                f"pytest ended well, but {silent} of {self.total} tests told no outcome.", text
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
                else "",
            )
        ended = time.time()
        self.on_event(
            {
                "event": "test",
                "test": self.name,
                "outcome": "failed" if code else "passed",
                "ms": round((ended - self.started) * 1000, 3),
                "started": self.started,
                "ended": ended,
                "message": f"exit code {code}" if code else "",
                "place": "",
                "output": text if code else "",
            }
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


def crashed(message, output):
    """Return the Failure of a test process that did not end by itself."""
    return Failure("crashed", message, "Its last output says more.", output)


def usage(output):
    """Return the Failure for pytest's exit code 4, from what it printed."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", output)
    xdist = re.search(r"error: unrecognized arguments:.*?\s(" + XDIST_OPTIONS + ")", text)
    if xdist:
        return Failure(
            "no-plugin",
            f"pytest does not know {xdist.group(1)}: pytest-xdist is not installed beside it.",
            f"{sys.executable} -m pip install pytest-xdist, or take the option out of the command.",
            output,
        )
    return Failure("usage", usage_message(text), "Correct the test command.", output)


def usage_message(text):
    """Return the one line of pytest's complaint that says what is wrong."""
    for pattern in (r"^(?!ERROR: ).*?\berror: (.+)$", r"^ERROR: (?!usage:)(.+)$"):
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return found.group(1).strip()[:MAX_MESSAGE]
    start = re.search(r"^ImportError while loading conftest.*$", text, re.MULTILINE)
    marked = re.findall(r"^E\s+(\S.*)$", text, re.MULTILINE)
    if start and marked:
        return f"{start.group(0).rstrip('.')}: {marked[-1]}"[:MAX_MESSAGE]
    lines = text.strip().splitlines()
    return lines[-1].strip()[:MAX_MESSAGE] if lines else "pytest refused its arguments."


# ---- requests ----


class Wire:
    """The protocol's two descriptors, moved away from 0 and 1 so that no library meets them."""

    def __init__(self):
        self.pending = take_buffered_stdin()
        self.input = os.dup(0)
        self.out = os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        os.set_blocking(self.out, True)
        self.lines = Lines()
        self.broken = False

    def send(self, message):
        """Write one line; a reader that has gone is the end of the session, not an error."""
        data = memoryview(encode(message))
        try:
            while data and not self.broken:
                data = data[os.write(self.out, data) :]
        except OSError:
            self.broken = True

    def read(self):
        """Return the lines that have come, or None at the end of stdin."""
        try:
            chunk = os.read(self.input, CHUNK)
        except OSError:
            chunk = b""
        return list(self.lines.feed(chunk)) if chunk else None


def take_buffered_stdin():
    """Return what the bootstrap's buffered reader has read beyond our own source."""
    os.set_blocking(0, False)
    try:
        return sys.stdin.buffer.peek()
    finally:
        os.set_blocking(0, True)


class Field:
    """Reads the fields of a request; each raises Failure `bad-request` on a wrong type."""

    def __init__(self, request):
        self.request = request

    def words(self, name, required):
        """Return a list of strings without NUL."""
        value = self.request.get(name, None if required else [])
        if value is None and not required:
            value = []
        good = isinstance(value, list) and all(is_word(word) for word in value)
        if not good or (required and not (value and value[0])):
            raise bad(f"{name} must be a list of strings")
        return value

    def directory(self):
        """Return the absolute `cwd`; the runner's own when there is none."""
        value = self.request.get("cwd") or os.getcwd()
        if not is_word(value) or not os.path.isdir(value):
            raise bad(f"cwd {value!r} is not a directory where the tests run")
        return os.path.abspath(value)

    def environ(self):
        """Return the whole environment of the run: ours, with `env` on top (null removes)."""
        value = self.request.get("env")
        value = {} if value is None else value
        if not isinstance(value, dict):
            raise bad("env must be an object")
        for name, text in value.items():
            if not is_word(name) or not name or "=" in name:
                raise bad("env has a name that no environment can have")
            if text is not None and not is_word(text):
                raise bad(f"env {name} must be a string or null")
        merged = {**os.environ, **value}
        merged["PYTHONDONTWRITEBYTECODE"] = "1"
        return {name: text for name, text in merged.items() if text is not None}

    def timeout(self):
        """Return the time limit in seconds, or None."""
        value = self.request.get("timeout")
        if value is None:
            return None
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 < value < 1e7:
            raise bad("timeout must be a positive number of seconds")
        return float(value)

    def command(self):
        """Return the Command that the request names."""
        return Command(self.words("command", True), self.directory(), self.environ())


def is_word(value):
    """Tell whether `value` can be an argument or an environment string."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def bad(message):
    """Return the Failure of a request that does not follow the protocol."""
    return Failure("bad-request", message)


def parse(line):
    """Return a request line as an object. Raises Failure `bad-request`."""
    if line is None:
        raise bad(f"a line is longer than {MAX_LINE} bytes")
    try:
        request = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as failure:
        raise bad(f"not a line of JSON: {failure}"[:200]) from None
    if not isinstance(request, dict):
        raise bad("a request is an object")
    number = request.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise bad("id must be a positive integer")
    return request


class Runner:
    """The event loop: one run at a time, nothing to do at rest."""

    def __init__(self):
        self.wire = Wire()
        self.selector = selectors.DefaultSelector()
        self.run = None
        self.leaving = False
        self.warmed = False
        self.preload = Preload()
        self._catch_signals()
        self.selector.register(self.wire.input, selectors.EVENT_READ)
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
        own = [self.wire.input, self.wire.out, self.woken, self.waker]
        return own + [self.selector.fileno()]

    def serve(self):
        """Serve until stdin ends or a signal comes, and all that was started is dead."""
        self.wire.send(
            {
                "event": "hello",
                "protocol": PROTOCOL,
                "program": "test_runner",
                "pid": os.getpid(),
                "executable": sys.executable,
                "python": ".".join(map(str, sys.version_info[:3])),
            }
        )
        for line in self.wire.lines.feed(self.wire.pending):
            self.on_line(line)
        while not (self.leaving and self.run is None):
            self._turn()

    def _turn(self):
        at = self.run.wake_at() if self.run else None
        wait = None if at is None else max(0.0, at - time.monotonic())
        for key, _ in self.selector.select(wait):
            self._ready(key.fd)
        if self.wire.broken:
            self.leave()
        if self.run and self.run.advance():
            self._forget_run()

    def _ready(self, fd):
        if fd == self.wire.input:
            self._on_stdin()
        elif fd == self.woken:
            self._on_signal()
        elif self.preload.trial and fd == self.preload.trial[1]:
            self.selector.unregister(fd)
            if not self.preload.read():
                self.selector.register(fd, selectors.EVENT_READ)
        elif self.run and fd in (self.run.events, self.run.output) and not self.run.read(fd):
            self.selector.unregister(fd)

    def _on_stdin(self):
        lines = self.wire.read()
        if lines is None:
            self.selector.unregister(self.wire.input)
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

    def leave(self):
        """End: stop what runs; the loop ends when that is dead."""
        self.leaving = True
        self.stop_trial()
        if self.run:
            self.run.stop(Failure("cancelled", "The runner ends."))

    def _forget_run(self):
        for fd in (self.run.events, self.run.output):
            if fd in self.selector.get_map():
                self.selector.unregister(fd)
        self.run.close()
        names, self.run = self.run.imported, None
        reader = None if self.leaving else self.preload.begin(names)
        if reader is not None:
            self.selector.register(reader, selectors.EVENT_READ)

    def on_line(self, line):
        """Serve one line; whatever is wrong with it, the loop lives on."""
        number = None
        try:
            request = parse(line)
            number = request["id"]
            answer = self._do(request)
        except Failure as failure:
            self.wire.send({"id": number, "error": failure.answer})
        except Exception:  # noqa: BLE001 (the answer `internal`: a bug of ours ends no session)
            text = traceback.format_exc()
            self.wire.send(
                {"id": number, "error": {"kind": "internal", "message": text, "fix": ""}}
            )
        else:
            if answer is not None:
                self.wire.send({"id": number, "ok": answer})
                if request["do"] == "prepare" and answer["interpreter"] == sys.executable:
                    self.warm()

    def _do(self, request):
        do = request.get("do")
        if do == "prepare":
            return self._prepare(Field(request))
        if do == "run":
            return self._start(request, Field(request))
        if do == "cancel":
            return self._cancel(request)
        raise bad(f"no such request: {do!r}"[:200])

    @staticmethod
    def _prepare(field):
        command = field.command()
        return {
            "interpreter": command.interpreter,
            "pytest": command.pytest,
            "cwd": command.cwd,
        }

    def _start(self, request, field):
        if self.run:
            raise bad(f"run {self.run.request} is under way: cancel it first")
        command, select = field.command(), field.words("select", False)
        if command.pytest and command.interpreter != sys.executable:
            raise bad(f"this runner is on {sys.executable}, the tests on {command.interpreter}")
        if select and not command.pytest:
            raise bad("only pytest can run selected tests")
        timeout = field.timeout()
        changed = self.preload.stale()
        if changed:
            raise Failure(
                "stale", f"{changed} has changed since the runner imported it.", "Start it anew."
            )
        self.stop_trial()
        if command.pytest:
            self.warm()
        self.run = Run(request["id"], command, select, timeout, self)
        self.selector.register(self.run.events, selectors.EVENT_READ)
        self.selector.register(self.run.output, selectors.EVENT_READ)

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
        except Exception:  # noqa: BLE001 (the child will fail in the same way, and be heard)
            traceback.print_exc()
        self.preload.remember()
        gc.freeze()  # collections in the children then leave these pages shared


def main():
    """Serve one session."""
    adopt_orphans()
    Runner().serve()


if __name__ == "__main__":
    main()
