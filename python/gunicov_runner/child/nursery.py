"""xdist's workers, forked warm."""

import importlib
import json
import os
import signal
import socket
import sys
import threading
import traceback

from gunicov_runner.limits import CHUNK
from gunicov_runner.preload import third_party
from gunicov_runner.process.process import die_with, leave

# What execnet runs in a new interpreter to become a gateway: it reads its program from stdin.
BOOT_GATEWAY = "import sys;exec(eval(sys.stdin.readline()))"


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
