"""xdist's workers, each a fork of the warm process with a life of its own."""

import array
import importlib.machinery
import itertools
import json
import os
import signal
import socket
import sys
import threading
import traceback
import types

from gunicov_common.shared_by_forks import reseed

from gunicov_runner.child.kept_code import COMPILED, portable
from gunicov_runner.limits import CHUNK
from gunicov_runner.process.ending import leave
from gunicov_runner.process.process import die_with

# What execnet runs in a new interpreter to become a gateway: it reads its program from stdin.
BOOT_GATEWAY = "import sys;exec(eval(sys.stdin.readline()))"
PLUGIN = "gunicov_worker"


class ForkServer:
    """A process that forks xdist's workers: nothing of the run has been loaded in it.

    execnet asks a new interpreter for one thing only, to execute what it reads from stdin; a fork of
    this process does that as well, and all the rest is xdist's. Ends when the controller's end of `line` closes.
    """

    def __init__(self, plugin):
        """`plugin` is loaded by each worker's pytest."""
        self.line, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid:
            line.close()
            return
        try:
            self.line.close()
            die_with(parent)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for them
            self.serve(line, plugin)
        except BaseException:  # noqa: BLE001 (nothing may unwind into the controller's frames)
            traceback.print_exc()
        finally:
            os._exit(0)

    def serve(self, line, plugin):
        while True:
            fds = receive(line)
            if not fds:
                return
            parent = os.getpid()
            old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            pid = os.fork()
            if pid == 0:
                line.close()
                die_with(parent)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                code, known = 3, set(sys.modules)
                try:
                    signal.pthread_sigmask(signal.SIG_SETMASK, old)
                    code = be_worker(fds, plugin)
                except BaseException:  # noqa: BLE001 (as above)
                    traceback.print_exc()
                finally:
                    leave(code, known)
            signal.pthread_sigmask(signal.SIG_SETMASK, old)
            for fd in fds:
                os.close(fd)
            line.sendall(b"%d\n" % pid)

    def worker(self):
        """Fork a worker; return (pid, its stdin, its stdout, a descriptor that ends when it does)."""
        (input_end, stdin), (stdout, output_end), (alive, life) = os.pipe(), os.pipe(), os.pipe()
        given = array.array("i", [input_end, output_end, life])
        self.line.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
        for fd in (input_end, output_end, life):
            os.close(fd)
        pid = b""
        while not pid.endswith(b"\n"):
            chunk = self.line.recv(16)
            if not chunk:
                raise OSError("the process that forks xdist's workers has gone")
            pid += chunk
        return int(pid), stdin, stdout, alive


def receive(line):
    """The three descriptors of the next worker; none when there will be no more."""
    fds = array.array("i")
    _, ancillary, _, _ = line.recvmsg(1, socket.CMSG_SPACE(3 * fds.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data)
    return list(fds)


def be_worker(fds, plugin):
    """Live as an interpreter that execnet has started; `fds` are stdin, stdout and a sign of life.

    The first line of stdin is the environment and the working directory: a new process would
    inherit the controller's, which plugins may have changed since the fork.
    """
    for number, fd in enumerate(fds[:2]):
        os.dup2(fd, number)
        os.close(fd)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    be_python_c()
    environ, cwd = json.loads(sys.stdin.readline())
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    reseed()
    load(plugin)
    plugin.known = set(sys.modules)
    code = 0
    try:
        exec(BOOT_GATEWAY, vars(sys.modules["__main__"]))  # noqa: S102 (as execnet has it)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    tell(fds[2], last_words(plugin))
    return code


def be_python_c():
    """Have sys.argv and `__main__` as an interpreter has them that execnet starts."""
    sys.argv = ["-c"]
    sys.orig_argv = [sys.executable, "-u", "-c", BOOT_GATEWAY]
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    main.__loader__ = importlib.machinery.BuiltinImporter


def environment():
    """What a new process would inherit: C code (readline) sets variables that os.environ does not know."""
    try:
        import ctypes

        found = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    except (ImportError, OSError, ValueError):
        return dict(os.environ)
    lines = itertools.takewhile(
        lambda line: line is not None, (found[n] for n in itertools.count())
    )
    pairs = (os.fsdecode(line).partition("=") for line in lines)
    return {name: text for name, _, text in pairs}


def load(plugin):
    """Have this process's pytest find the plugin: xdist passes on no plugin objects."""
    module = types.ModuleType(PLUGIN, "PYTEST_DONT_REWRITE")
    for name in dir(plugin):
        if name.startswith("pytest_"):
            setattr(module, name, getattr(plugin, name))
    sys.modules[PLUGIN] = module
    others = os.environ.get("PYTEST_PLUGINS")
    os.environ["PYTEST_PLUGINS"] = f"{PLUGIN},{others}" if others else PLUGIN
    plugin.loaded_as(module, others)


def tell(fd, data):
    while data:
        data = data[os.write(fd, data) :]


def last_words(plugin):
    """What was learnt, for the next run: modules of others, and what was compiled."""
    return json.dumps(
        {
            "modules": plugin.learnt(),
            "codes": portable(COMPILED),
            "refused": plugin.refused,
        }
    ).encode()


def fork_workers(plugin, learn):
    """Have execnet take its local gateways from a ForkServer, where forking can be trusted. Any other gateway stays
    as it is. `learn` is called with a worker's last words (an object) when it has ended. Returns whether a
    gateway is such a fork (a function)."""
    try:
        from execnet import gateway_base, gateway_io
    except ImportError:
        return lambda gateway: False
    if threading.active_count() > 1:
        return lambda gateway: False
    server = ForkServer(plugin)

    class ForkedIO(gateway_base.Popen2IO):
        def __init__(self, execmodel):
            self.pid, stdin, stdout, self.alive = server.worker()
            super().__init__(os.fdopen(stdin, "wb", 0), os.fdopen(stdout, "rb"), execmodel)
            self.write(json.dumps([environment(), os.getcwd()]).encode() + b"\n")

        def wait(self):
            words = bytearray()
            for chunk in iter(lambda: os.read(self.alive, CHUNK), b""):
                words += chunk
            if words:
                learn(json.loads(words))
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
    return lambda gateway: isinstance(gateway._io, ForkedIO)
