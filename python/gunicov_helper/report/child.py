"""Long work in a forked process."""

import base64
import json
import math
import os
import signal

PART_SIZE = 256 * 1024


class Child:
    """A forked process that does one long piece of work and streams lines to its parent.

    The helper has one thread, so forking is safe. The child dies with its parent.
    """

    MARK = b'{"settled":'

    def __init__(self, job, scratch, work, failure_of, nice=0):
        """Start `work(child)`, which may `send_files`; what it returns is the request's `ok`.

        `scratch` is a private directory for its files; `failure_of(exception)` gives the Failure that it ends with;
        `nice` as in os.nice.
        """
        self.number, self.scratch = job.number, scratch
        self.answer = None
        self.reader, self.writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.run(job, work, failure_of, nice)
        os.close(self.writer)
        self.rest = b""

    def run(self, job, work, failure_of, nice):
        try:
            os.close(self.reader)
            os.close(job.channel.source)
            os.close(job.channel.sink)
            die_with_parent()
            os.nice(nice)
            try:
                settled = {"ok": work(self)}
            except Exception as error:  # noqa: BLE001 - whatever it is, the parent must tell it
                settled = {"error": failure_of(error).as_json()}
            self.send({"settled": settled})
        finally:
            os._exit(0)

    def send(self, message):
        line = memoryview(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
        while line:
            line = line[os.write(self.writer, line) :]

    def send_files(self, directory):
        """Send every file below a directory as `file` events; returns their count and bytes."""
        count = size = 0
        for folder, folders, names in os.walk(directory):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                size += self.send_file(path, os.path.relpath(path, directory))
                count += 1
        return {"files": count, "bytes": size}

    def send_file(self, path, name):
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            for part in range(max(1, math.ceil(size / PART_SIZE))):
                data = base64.b64encode(file.read(PART_SIZE)).decode("ascii")
                last = (part + 1) * PART_SIZE >= size
                event = {"id": self.number, "event": "file", "path": name, "data": data}
                self.send(dict(event, part=part, last=last))
        return size

    def take(self):
        """The complete lines it has sent (bytes) apart from its last; None once it has ended."""
        data = os.read(self.reader, 1 << 18)
        if not data:
            return None
        *lines, self.rest = (self.rest + data).split(b"\n")
        if lines and lines[-1].startswith(self.MARK):
            self.answer = json.loads(lines.pop())["settled"]
        return lines

    def close(self):
        """Kill it if it still runs, and reap it."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.reader)


def die_with_parent():
    """Have the kernel kill this process when its parent ends (PR_SET_PDEATHSIG)."""
    parent = os.getppid()
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return  # without it, the next write to the broken pipe ends it
    if os.getppid() != parent:
        os._exit(0)
