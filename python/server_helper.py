"""gunicov's helper beside a gunicorn server: one process, JSON lines on stdin and stdout.

gunicov injects this file (docs/protocol.md, section 1) and speaks section 3 of that page with it.
It finds and signals the gunicorn master, checks changed files, watches the workers' record
(section 5, written by gunicov_hook.py), combines and analyses coverage, and hands files out.

It is one thread around one poll(): a request is a generator that yields what it waits for, so
that a long one never keeps `cancel` waiting, and at rest the process sleeps without any timer.
Nothing is written outside the master's own record directory or, for a server without the hook, a
private temporary directory that goes with the helper. It ends when its stdin ends.

Python >= 3.8, standard library only, and the server's own coverage package (6.5 to 7.17).
"""

from __future__ import annotations

import sys

# `python -c` puts the working directory first: a `json.py` or a directory `coverage` of the
# project's must not be imported in place of the real one.
sys.path[:] = [entry for entry in sys.path if entry]

import base64
import collections
import hashlib
import json
import math
import os
import re
import select
import shlex
import shutil
import signal
import stat
import tempfile
import time
import tokenize
import traceback
import types
import warnings

PROTOCOL = 1
LINE_LIMIT = 16 * 1024 * 1024
TEXT_LIMIT = 2 * 1024 * 1024
PART_SIZE = 256 * 1024
OUTPUT_HIGH_WATER = 4 * 1024 * 1024
DEFAULT_DIRECTORY = "/tmp/gunicov"
POLL_SECONDS = 0.005  # where there is no inotify or pidfd
SAFETY_SECONDS = 0.25  # a second look while waiting, should an event have been missed
CAUSE_SECONDS = 1.0  # how long after a worker's death the master may take to say its cause
BOOT_PATIENCE = 5.0  # an earlier generation still booting after this hangs: it is not waited for
YOUNG_SECONDS = 3.0  # a master younger than this may not have run its hook yet


class Failure(Exception):
    """An expected failure: becomes the request's `error` (kind, message, fix)."""

    def __init__(self, kind, message, fix=""):
        super().__init__(message)
        self.kind, self.message, self.fix = kind, message, fix

    def as_json(self):
        return {"kind": self.kind, "message": self.message, "fix": self.fix}


class Cancelled(Exception):
    """Thrown into a request's generator when the client cancels it."""


# ---------------------------------------------------------------- requests and their shapes


def is_text(value):
    return isinstance(value, str)


def is_path(value):
    """An absolute path that the system can take: no NUL, and encodable."""
    if not isinstance(value, str) or not value.startswith("/") or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def is_name(value):
    """A path, absolute or not, that the system can take."""
    return is_text(value) and value != "" and is_path("/" + value)


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def is_timeout(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value) and 0 <= value <= 86400
    except OverflowError:
        return False


def is_optional(check):
    return lambda value: value is None or check(value)


def is_list(check):
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def is_digest(value):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_record(**fields):
    return lambda value: (
        isinstance(value, dict) and all(check(value.get(key)) for key, check in fields.items())
    )


SHAPES = {
    "find": {
        "pid": is_optional(is_count),
        "match": is_optional(is_text),
        "coverage_dir": is_optional(is_name),
    },
    "check": {
        "files": is_list(is_record(path=is_path, sha256=is_optional(is_digest))),
        "timeout": is_timeout,
    },
    "freshness": {"files": is_list(is_path), "source": is_list(is_path)},
    "restart": {"timeout": is_timeout},
    "flush": {"timeout": is_timeout},
    "collect": {"generation": is_count},
    "html": {},
    "export": {"map": is_list(is_record(inside=is_path, outside=is_text))},
    "read": {"path": is_path},
    "prune": {},
    "cancel": {"target": is_count},
}


def parse_request(line):
    """The request in one line (bytes); raises Failure `bad-request`."""
    try:
        request = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Failure("bad-request", f"not a line of UTF-8 JSON: {error}") from None
    if not isinstance(request, dict):
        raise Failure("bad-request", "a request is a JSON object")
    if not is_count(request.get("id")):
        raise Failure("bad-request", "`id` is a positive integer")
    shape = SHAPES.get(request.get("do")) if isinstance(request.get("do"), str) else None
    if shape is None:
        raise Failure("bad-request", "`do` is one of {}".format(", ".join(sorted(SHAPES))))
    for key, check in shape.items():
        if not check(request.get(key)):
            raise Failure("bad-request", f"`{key}` is missing or of the wrong type")
    return request


# ---------------------------------------------------------------- the event loop


class Wait:
    """What a request waits for: descriptors that become readable, and a monotonic time."""

    def __init__(self, until=None, fds=()):
        self.until, self.fds = until, tuple(fds)


class Job:
    """One request under way: its generator, and what that waits for."""

    def __init__(self, number, generator, channel):
        self.number, self.generator, self.channel = number, generator, channel
        self.wait = Wait(until=0.0)
        self.cancelled = False
        self.held = False  # it may not be cut short: it notes `cancelled` and goes on

    def tell(self, event, **fields):
        """Send a progress event of this request."""
        self.channel.send(dict(fields, id=self.number, event=event))


class Channel:
    """stdin and stdout as queues of lines. Neither ever blocks the loop."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.received = b""
        self.skipping = False
        self.ended = False
        self.queue = collections.deque()
        self.queued = 0

    def send(self, message):
        """Queue one JSON line (pure ASCII, so that any file name can be told)."""
        self.send_line(json.dumps(message, separators=(",", ":")).encode("ascii"))

    def send_line(self, line):
        self.queue.append(line + b"\n")
        self.queued += len(line) + 1
        self.write()

    def write(self):
        """Write what the reader takes now; a reader that has gone ends the program."""
        while self.queue:
            head = self.queue.popleft()
            try:
                count = os.write(self.sink, head[:65536])
            except BlockingIOError:
                count = 0
            except OSError:
                self.ended = True
                return
            self.queued -= count
            if count < len(head):
                self.queue.appendleft(head[count:])
            if not count:
                return

    def read(self):
        """Read what has come; returns its complete lines (None for one that is too long)."""
        try:
            data = os.read(self.source, 1 << 18)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return []
        return self.split(data)

    def split(self, data):
        head, *rest = data.split(b"\n")
        self.received = b"" if self.skipping else self.received + head
        lines = []
        for piece in rest:
            if self.skipping:
                self.skipping = False
            else:
                lines.append(self.received if len(self.received) <= LINE_LIMIT else None)
            self.received = piece
        if len(self.received) > LINE_LIMIT:
            self.received, self.skipping = b"", True
            lines.append(None)
        return lines


class Loop:
    """Runs jobs around one poll(): each resumes when a thing that it waits for has happened."""

    def __init__(self, channel, start, chores):
        """`start(request, job)` begins a request: a dict, or a generator that returns one.

        `chores` is a deque of functions to call, one at a time, when there is nothing to do.
        """
        self.channel, self.start, self.chores = channel, start, chores
        self.jobs = {}

    def run(self):
        """Serve until stdin ends or nobody reads stdout."""
        for line in self.channel.split(drain(sys.stdin.buffer)):
            self.accept(line)
        while not self.channel.ended:
            self.turn()
        for job in list(self.jobs.values()):
            if job.generator:
                job.generator.close()

    def turn(self):
        idle = self.chores and not self.jobs
        ready = self.sleep(0 if idle else None)
        if idle and not ready:
            self.chores.popleft()()
        if self.channel.sink in ready:
            self.channel.write()
        if self.channel.source in ready:
            for line in self.channel.read():
                self.accept(line)
        now = time.monotonic()
        for job in list(self.jobs.values()):
            late = job.wait.until is not None and job.wait.until <= now
            if job.number in self.jobs and (late or not ready.isdisjoint(job.wait.fds)):
                self.resume(job)

    def sleep(self, pause=None):
        """Wait for the first thing that anybody waits for; at rest, for stdin alone.

        `pause` is the longest wait in milliseconds (None: no end), where no request is under way.
        """
        poll = select.poll()
        poll.register(self.channel.source, select.POLLIN)
        if self.channel.queue:
            poll.register(self.channel.sink, select.POLLOUT)
        times = []
        for job in self.jobs.values():
            for fd in job.wait.fds:
                poll.register(fd, select.POLLIN)
            if job.wait.until is not None:
                times.append(job.wait.until)
        if times:
            pause = max(0.0, min(times) - time.monotonic()) * 1000
        return {fd for fd, _ in poll.poll(None if pause is None else math.ceil(pause))}

    def accept(self, line):
        if line is not None and not line.strip():
            return
        try:
            if line is None:
                raise Failure("bad-request", f"a line is at most {LINE_LIMIT} bytes")
            request = parse_request(line)
            if request["id"] in self.jobs:
                raise Failure("bad-request", "request {} is still under way".format(request["id"]))
        except Failure as failure:
            self.channel.send({"id": None, "error": failure.as_json()})
            return
        self.begin(request)

    def begin(self, request):
        job = Job(request["id"], None, self.channel)
        self.jobs[job.number] = job
        with self.settling(job):
            if request["do"] == "cancel":
                self.settle(job, {"found": self.cancel(request["target"])})
                return
            answer = self.start(request, job)
            if isinstance(answer, types.GeneratorType):
                job.generator = answer
                self.resume(job)
            else:
                self.settle(job, answer)

    def cancel(self, number):
        """Cancel that request; false where it has settled or never was."""
        job = self.jobs.get(number)
        if job is None or job.generator is None:
            return False
        job.cancelled = True
        if not job.held:
            with self.settling(job):
                job.wait = job.generator.throw(Cancelled())
        return True

    def resume(self, job):
        with self.settling(job):
            try:
                job.wait = next(job.generator)
            except StopIteration as stop:
                self.settle(job, stop.value)

    def settle(self, job, answer):
        del self.jobs[job.number]
        self.channel.send({"id": job.number, "ok": answer})

    def fail(self, job, failure):
        self.jobs.pop(job.number, None)
        self.channel.send({"id": job.number, "error": failure.as_json()})

    def settling(self, job):
        return Settling(self, job)


class Settling:
    """Turns whatever a request raises into its one `error`."""

    def __init__(self, loop, job):
        self.loop, self.job = loop, job

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            return False
        if not isinstance(error, Exception):
            return False
        self.loop.fail(self.job, as_failure(error))
        return True


def as_failure(error):
    """The Failure that tells of an exception."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, (Cancelled, StopIteration)):
        return Failure("cancelled", "cancelled")
    if isinstance(error, PermissionError):
        return denied(str(error))
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Failure("internal", text, "This is a bug in gunicov: please report it.")


def denied(message):
    return Failure(
        "denied",
        message,
        f"gunicov's helper runs as uid {os.geteuid()} and must run as the user of the gunicorn master.",
    )


def drain(stream):
    """What the bootstrap's buffered reader has read beyond the program's text (bytes)."""
    fd = stream.fileno()
    blocking = os.get_blocking(fd)
    os.set_blocking(fd, False)
    try:
        # read1() would read from the descriptor only with an empty buffer: b"" then.
        return stream.read1(1 << 20) or b""
    except BlockingIOError:
        return b""
    finally:
        os.set_blocking(fd, blocking)


class Clock:
    """A request's time limit (seconds), and waits that keep within it."""

    def __init__(self, timeout):
        self.started = time.monotonic()
        self.deadline = self.started + timeout

    def ms(self):
        return round((time.monotonic() - self.started) * 1000, 1)

    def wait(self, what, fds=(), every=SAFETY_SECONDS):
        """A Wait until something is readable, for `every` seconds at most.

        Raises Failure `timeout`, saying `what` is waited for, once the limit has passed.
        """
        now = time.monotonic()
        if now >= self.deadline:
            limit = self.deadline - self.started
            raise Failure("timeout", f"after {limit:.1f} s still waiting for {what}")
        return Wait(min(self.deadline, now + every), fds)


# ---------------------------------------------------------------- watching directories


class Inotify:
    """Linux's inotify, by ctypes: the standard library has none. Loaded when first needed."""

    # MODIFY | CLOSE_WRITE | MOVED_TO | CREATE | ONLYDIR
    EVENTS = 0x2 | 0x8 | 0x80 | 0x100 | 0x1000000
    library = None

    @classmethod
    def open(cls):
        """A new descriptor (int), or None where the system has no inotify to give."""
        try:
            if cls.library is None:
                import ctypes

                cls.library = ctypes.CDLL(None, use_errno=True)
            fd = cls.library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (ImportError, OSError, AttributeError):
            return None
        return fd if fd >= 0 else None

    @classmethod
    def add(cls, fd, path):
        return cls.library.inotify_add_watch(fd, os.fsencode(path), cls.EVENTS) >= 0


class Watch:
    """Wakes a request when a file appears in a directory that it follows.

    Follow first and look second: then nothing can appear unseen between the two.
    """

    def __init__(self):
        self.fd = Inotify.open()
        self.followed = set()
        self.blind = self.fd is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.fd is not None:
            os.close(self.fd)

    def follow(self, paths):
        """Follow directories; those that are not there yet are tried again at the next call."""
        if self.fd is None:
            return
        self.drain()
        for path in paths:
            if path not in self.followed and os.path.isdir(path):
                self.followed.add(path)
                if not Inotify.add(self.fd, path):
                    self.blind = True

    def drain(self):
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass

    def wait(self, clock, what, fds=()):
        """A Wait for the next file (or for one of `fds`), within the clock's limit."""
        if self.blind:
            return clock.wait(what, fds, POLL_SECONDS)
        return clock.wait(what, (self.fd,) + tuple(fds))


# ---------------------------------------------------------------- processes


PYTHON_NAME = re.compile(r"(python|pypy)[0-9.]*[a-z]?")
TITLE = re.compile(r"gunicorn: (master|worker)\b")
OPTIONS_WITH_VALUE = "WXQ"


def python_program(argv):
    """What a Python's command line runs: ("module", name), ("script", path) or None."""
    rest = iter(argv[1:])
    for word in rest:
        if not word.startswith("-") or word == "-":
            return ("script", word)
        if word == "--check-hash-based-pycs":
            next(rest, None)
        if word.startswith("--"):
            continue
        for place, letter in enumerate(word[1:], 2):
            if letter == "m":
                return ("module", word[place:] or next(rest, ""))
            if letter == "c":
                return None
            if letter in OPTIONS_WITH_VALUE:
                if not word[place:]:
                    next(rest, None)
                break
    return None


def is_gunicorn(argv):
    """Whether a command line (list of str) is gunicorn's: compares elements, never substrings."""
    if not argv:
        return False
    if TITLE.match(argv[0]) or os.path.basename(argv[0]) == "gunicorn":
        return True
    if not PYTHON_NAME.fullmatch(os.path.basename(argv[0])):
        return False
    kind, program = python_program(argv) or ("", "")
    if kind == "module":
        return program == "gunicorn" or program.startswith("gunicorn.")
    return os.path.basename(program) == "gunicorn"


class Process:
    """What /proc tells of one process at one moment."""

    def __init__(self, pid, parent, start_time, state):
        self.pid, self.parent, self.start_time, self.state = pid, parent, start_time, state

    @classmethod
    def read(cls, pid):
        """The process of that pid, or None. `start_time` is field 22 of its stat."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                text = file.read()
        except (OSError, ValueError):
            return None
        # The command's name may hold spaces and parentheses: fields count from the last one.
        fields = text[text.rfind(b")") + 2 :].split()
        if len(fields) < 20:
            return None
        return cls(pid, int(fields[1]), int(fields[19]), fields[0].decode("ascii"))

    @property
    def dead(self):
        return self.state in "ZXx"

    def argv(self):
        """Its command line's elements; empty for a zombie or a thread of the kernel."""
        try:
            with open(f"/proc/{self.pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            return []
        while words and not words[-1]:  # setproctitle pads its title with NULs
            words.pop()
        return [os.fsdecode(word) for word in words]

    def environment(self):
        """Its environment as it was started with (dict), or None where it can't be read."""
        try:
            with open(f"/proc/{self.pid}/environ", "rb") as file:
                pairs = [pair.partition(b"=") for pair in file.read().split(b"\0")]
        except OSError:
            return None
        return {os.fsdecode(key): os.fsdecode(value) for key, equals, value in pairs if equals}

    def link(self, name):
        """Where /proc/<pid>/<name> points (`cwd`, `exe`), or None."""
        try:
            return os.readlink(f"/proc/{self.pid}/{name}")
        except OSError:
            return None

    def uid(self):
        """The effective uid, or None."""
        try:
            with open(f"/proc/{self.pid}/status", "rb") as file:
                return int(re.search(rb"^Uid:\s+\d+\s+(\d+)", file.read(), re.MULTILINE).group(1))
        except (OSError, AttributeError):
            return None

    def seconds(self):
        """How long it has been running, in seconds; infinite where that can't be told."""
        try:
            with open("/proc/uptime") as file:
                uptime = float(file.read().split()[0])
        except (OSError, ValueError, IndexError):
            return math.inf
        age = uptime - self.start_time / os.sysconf("SC_CLK_TCK")
        return age if age >= 0 else math.inf  # a container's own uptime counts from elsewhere


def all_processes():
    """{pid: Process} of everything in /proc."""
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    found = (Process.read(pid) for pid in pids)
    return {process.pid: process for process in found if process}


def find_masters(processes):
    """Every gunicorn process of those whose parent is not gunicorn, by pid."""
    argvs = {pid: process.argv() for pid, process in processes.items() if pid != os.getpid()}
    gunicorns = {pid for pid, argv in argvs.items() if is_gunicorn(argv)}
    return [processes[pid] for pid in sorted(gunicorns) if processes[pid].parent not in gunicorns]


def open_pidfd(pid):
    """A descriptor that becomes readable when that process ends, or None."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


class Deaths:
    """Knows which workers of a master have gone, and gives what to wait on for the next."""

    def __init__(self, master):
        self.master = master
        self.fds = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for fd in self.fds.values():
            if fd is not None:
                os.close(fd)

    def gone(self, pid, start_time=None):
        """Whether that worker no longer runs (a pid that now is another process's: gone)."""
        process = Process.read(pid)
        if process is None or process.dead or process.parent != self.master.pid:
            return True
        return start_time is not None and process.start_time != start_time

    def waits(self, pids):
        """(descriptors, blind) to wait on for the death of these; blind where one has none."""
        fds = []
        for pid in list(pids) + [self.master.pid]:
            if pid not in self.fds:
                self.fds[pid] = open_pidfd(pid)
            if self.fds[pid] is not None:
                fds.append(self.fds[pid])
        return fds, len(fds) <= len(pids)


class Master:
    """The gunicorn master that this session is about: its pid and its start time."""

    def __init__(self, process):
        self.pid, self.start_time = process.pid, process.start_time
        self.process, self.argv = process, process.argv()
        self.environment = process.environment()
        if self.environment is not None and TITLE.match(self.argv[0] if self.argv else ""):
            # setproctitle writes its title over the environment too; an exec in the same
            # container has the container's own.
            self.environment = {**os.environ, **self.environment}
        self.uid = process.uid()

    def verify(self):
        """Raise Failure `master-gone` unless it is still the same, living process."""
        process = Process.read(self.pid)
        if process is None or process.dead or process.start_time != self.start_time:
            raise Failure(
                "master-gone",
                f"the gunicorn master (pid {self.pid}) has ended",
                "The server's log has its last words. Start the server again.",
            )

    def signal(self, number):
        """Send it a signal, having verified that it is the same process."""
        fd = open_pidfd(self.pid)
        try:
            self.verify()
            if fd is not None and hasattr(signal, "pidfd_send_signal"):
                signal.pidfd_send_signal(fd, number)
            else:
                os.kill(self.pid, number)
        except PermissionError:
            raise denied(f"may not signal the gunicorn master (pid {self.pid})") from None
        except ProcessLookupError:
            self.verify()
        finally:
            if fd is not None:
                os.close(fd)

    def cwd(self):
        return self.process.link("cwd")

    def directory(self):
        """Its record directory, as its own environment says."""
        base = (self.environment or {}).get("GUNICOV_DIR") or DEFAULT_DIRECTORY
        base = os.path.join(self.cwd() or "/", base)
        return os.path.join(base, f"master-{self.pid}-{self.start_time}")

    def interpreter(self):
        """The Python it runs on, as far as /proc tells."""
        head = self.argv[0] if self.argv else ""
        if PYTHON_NAME.fullmatch(os.path.basename(head)) and os.path.isabs(head):
            return head
        binary = self.process.link("exe")
        if binary is None:
            return None
        # A virtual environment's python is a link to it, and only by that name has its packages.
        names = [os.path.basename(head), "python3", "python", os.path.basename(binary)]
        for folder in (self.environment or {}).get("PATH", "").split(os.pathsep):
            for name in names:
                path = os.path.join(folder, name)
                usable = os.path.isabs(path) and os.access(path, os.X_OK)
                if PYTHON_NAME.fullmatch(name) and usable and os.path.realpath(path) == binary:
                    return path
        return binary

    def oom_kills(self):
        """The count of out-of-memory kills in its cgroup (0 where it can't be read)."""
        for path in ("memory.events", "memory/memory.oom_control"):
            try:
                with open(os.path.join("/sys/fs/cgroup", path)) as file:
                    found = re.search(r"^oom_kill (\d+)", file.read(), re.MULTILINE)
            except OSError:
                continue
            if found:
                return int(found.group(1))
        return 0


# ---------------------------------------------------------------- the record


def read_json(path):
    """The object in a JSON file, or None where there is none (or it is not one)."""
    try:
        with open(path, "rb") as file:
            value = json.loads(file.read().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def list_names(path):
    try:
        return os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return []


def as_int(value):
    """An int of the record's, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


class Generation:
    """One `gen-…` directory of the record. Its files appear by rename, so each is read once."""

    def __init__(self, path, number):
        self.path, self.number = path, number
        self.read = {}
        self.settled = False  # every worker has saved or is gone: never looked at again

    def join(self, *names):
        return os.path.join(self.path, *names)

    def manifest(self):
        return self.load("manifest.json")

    def load(self, *names):
        if names not in self.read:
            value = read_json(self.join(*names))
            if value is None:
                return None
            self.read[names] = value
        return self.read[names]

    def told(self, kind):
        """{age: object} of the workers' files in `kind` (booted, boot-error, saved, done)."""
        found = {}
        for name in list_names(self.join(kind)):
            age, _, ending = name.partition(".")
            value = self.load(kind, name) if ending == "json" and age.isdigit() else None
            if value is not None:
                found[int(age)] = value
        return found

    def forked(self):
        """{age: pid, or None where the worker has not written it yet}."""
        found = {}
        for name in list_names(self.join("forked")):
            if name.isdigit():
                found[int(name)] = self.forked_pid(name)
        return found

    def forked_pid(self, name):
        key = ("forked", name)
        if key not in self.read:
            try:
                with open(self.join(*key)) as file:
                    pid = as_int(file.read().strip() or None)
            except (OSError, ValueError):
                return None
            if pid is None:
                return None
            self.read[key] = pid
        return self.read[key]

    def served(self):
        return [name for name in list_names(self.join("served")) if name.isdigit()]

    def data_files(self):
        """Paths of its complete data files, sorted."""
        names = (name for name in list_names(self.path) if name.startswith(".coverage"))
        return sorted(self.join(name) for name in names)

    def directories(self):
        kinds = ("forked", "booted", "boot-error", "saved", "done")
        return [self.path] + [self.join(kind) for kind in kinds]


class Record:
    """A master's record directory (docs/protocol.md, section 5)."""

    NAME = re.compile(r"gen-(\d+)")

    def __init__(self, path):
        self.path = path
        self.known = {}

    def exists(self):
        return os.path.exists(os.path.join(self.path, "master.json"))

    def verify(self, uids):
        """Raise Failure `denied` unless it is a real directory of one of these users.

        What it says is acted on (an interpreter's path, for one): nobody else may write it.
        """
        about = os.lstat(self.path)
        if not stat.S_ISDIR(about.st_mode) or about.st_uid not in uids or about.st_mode & 0o002:
            raise Failure(
                "denied",
                f"{self.path} is not a private directory of the server's user",
                "Remove it, or set GUNICOV_DIR in the server's environment to another directory.",
            )

    def master(self):
        return read_json(os.path.join(self.path, "master.json")) or {}

    def config_error(self):
        error = read_json(os.path.join(self.path, "config-error.json"))
        return None if error is None else str(error.get("traceback", ""))

    def generations(self):
        """Those that the master has begun (they have a manifest), oldest first."""
        found = {}
        for name in list_names(self.path):
            match = self.NAME.fullmatch(name)
            if match:
                number = int(match.group(1))
                found[number] = self.known.get(number) or Generation(
                    os.path.join(self.path, name), number
                )
        self.known = found
        return [found[number] for number in sorted(found) if found[number].manifest()]

    def newest(self):
        """The generation now serving; raises Failure `no-hook` where there is none."""
        generations = self.generations()
        if not generations:
            raise no_hook()
        return generations[-1]

    def get(self, number):
        return next((one for one in self.generations() if one.number == number), None)

    def workers(self, generation):
        """How many workers a generation is to have."""
        settings = (generation.manifest() or {}).get("settings")
        told = settings.get("workers") if isinstance(settings, dict) else None
        return as_int(told) or as_int(self.master().get("workers")) or 1


def no_hook():
    return Failure(
        "no-hook",
        "the gunicorn master does not run gunicov's hook",
        "Start gunicorn with gunicov_hook.py as its config: -c gunicov_hook.py on its command "
        "line, or GUNICORN_CMD_ARGS='-c …/gunicov_hook.py' in its environment. Or, where a hook of "
        'its own writes coverage data, name its directory: coverage_dir = "…" under '
        "[tool.gunicov.server].",
    )


class Roster:
    """Who owes data in one generation, and who has given it.

    A worker is settled once it has saved, or is lost: the master has recorded its end, or its
    process is gone, and (looked at after that) it has not saved.
    """

    def __init__(self, generation, deaths, cause_seconds=CAUSE_SECONDS):
        self.generation, self.deaths, self.cause_seconds = generation, deaths, cause_seconds
        self.saved, self.lost, self.pids, self.gone_at = {}, {}, {}, {}
        self.lines = set()

    def look(self):
        """Look at the record again; returns the ages newly saved, in order."""
        generation = self.generation
        forked, booted = generation.forked(), generation.told("booted")
        done = generation.told("done")
        for age in sorted(set(forked) | set(booted)):
            self.pids[age] = forked.get(age) or as_int(booted.get(age, {}).get("pid"))
        gone = {age: self.is_gone(age, booted) for age in self.pending()}
        # Only now: a worker that has saved may be gone, but one gone has saved before.
        saved = generation.told("saved")
        new = [age for age in sorted(saved) if age not in self.saved and age not in self.lost]
        for age in new:
            self.take(age, saved[age])
        for age, is_gone in gone.items():
            if age not in self.saved and (age in done or is_gone):
                self.lose(age, done.get(age))
        return [age for age in new if age in self.saved]

    def is_gone(self, age, booted):
        pid = self.pids.get(age)
        return pid is not None and self.deaths.gone(
            pid, as_int(booted.get(age, {}).get("start_time"))
        )

    def take(self, age, saved):
        self.pids[age] = as_int(saved.get("pid")) or self.pids.get(age)
        name = saved.get("file")
        if saved.get("error"):
            self.lost[age] = "its data could not be saved: {}".format(saved["error"])
        elif name and not os.path.exists(self.generation.join(os.path.basename(str(name)))):
            self.lost[age] = f"its data file {name} has been removed"
        else:
            self.saved[age] = saved

    def lose(self, age, done):
        """It will not save any more. The master may still be about to record why."""
        now = time.monotonic()
        since = self.gone_at.setdefault(age, now)
        if done is not None or now - since >= self.cause_seconds:
            self.lost[age] = str((done or {}).get("cause") or "unknown")

    def pending(self):
        return [age for age in self.pids if age not in self.saved and age not in self.lost]

    def living(self):
        """The pids of those still waited for that are not known to be gone."""
        ages = [age for age in self.pending() if age not in self.gone_at]
        return [self.pids[age] for age in ages if self.pids[age] is not None]

    def file(self, age):
        name = self.saved[age].get("file")
        return os.path.basename(str(name)) if name else None

    def written(self):
        return sum(1 for age in self.saved if self.file(age))

    def expected(self):
        """Data files there should be: a worker that measured nothing counts in no number."""
        return self.written() + len(self.lost) + len(self.pending())

    def requests(self):
        return sum(as_int(one.get("requests")) or 0 for one in self.saved.values())

    def worker(self, age):
        return {"age": age, "pid": self.pids.get(age)}


class Boots:
    """Who of a generation has booted, and who has failed to."""

    def __init__(self, generation, wanted, deaths):
        self.generation, self.wanted, self.deaths = generation, wanted, deaths
        self.booted, self.errors, self.booting = {}, {}, {}

    def look(self):
        """Look at the record again; returns the ages newly booted, in order."""
        forked = self.generation.forked()
        booted = self.generation.told("booted")
        new = sorted(set(booted) - set(self.booted))
        self.booted, self.errors = booted, self.generation.told("boot-error")
        self.booting = {
            age: pid
            for age, pid in forked.items()
            if age not in booted
            and age not in self.errors
            and not (pid is not None and self.deaths.gone(pid))
        }
        return new

    def settled(self):
        failed = set(self.errors) - set(self.booted)
        return not self.booting and len(self.booted) + len(failed) >= self.wanted

    def living(self):
        return [pid for pid in self.booting.values() if pid is not None]

    def oldest(self):
        """For how many seconds the oldest of those still booting has been forked."""
        ages = [0.0]
        for age in self.booting:
            try:
                about = os.stat(self.generation.join("forked", str(age)))
            except OSError:
                continue
            ages.append(time.time() - about.st_mtime)
        return max(ages)

    def missing(self):
        if self.booting:
            return "to boot: " + ", ".join(
                "worker {} (pid {})".format(age, pid or "?") for age, pid in self.booting.items()
            )
        return f"{self.wanted} workers to boot, {len(self.booted)} have"


# ---------------------------------------------------------------- coverage.py


TOTALS = {
    "covered_lines": "n_executed",
    "num_statements": "n_statements",
    "percent_covered": "pc_covered",
    "missing_lines": "n_missing",
    "excluded_lines": "n_excluded",
}
BRANCH_TOTALS = {
    "num_branches": "n_branches",
    "num_partial_branches": "n_partial_branches",
    "covered_branches": "n_executed_branches",
    "missing_branches": "n_missing_branches",
}


def summarize(numbers, branches):
    """coverage.py's JSON summary of its `Numbers` (the names are its JSON report's own)."""
    names = dict(TOTALS, **BRANCH_TOTALS) if branches else TOTALS
    return {name: getattr(numbers, field) for name, field in names.items()}


def pairs(arcs):
    """[[from, to]] of coverage.py's {from: [to]}."""
    return [[start, end] for start, ends in arcs.items() for end in ends]


class Parsed:
    """All that an analysis asks of one source file: kept as long as its bytes stay the same.

    `identity` is the hash of the bytes and the patterns that exclude lines.
    """

    def __init__(self, identity, reporter):
        self.identity = identity
        self.lines = reporter.lines()
        self.excluded = reporter.excluded_lines()
        self.arcs = reporter.arcs()
        self.exits = reporter.exit_counts()
        self.unbranched = reporter.no_branch_lines()
        self.firsts = {}
        for line in range(1, len(reporter.source().splitlines()) + 2):
            for first in reporter.translate_lines([line]):
                if first != line:
                    self.firsts[line] = first
        self.measured = None  # what `result` was made of
        self.result = None

    def first(self, line):
        """The first line of the statement that `line` is in; negative ones are exits."""
        return -self.firsts.get(-line, -line) if line < 0 else self.firsts.get(line, line)


class Result:
    """One analysed file: its row of the report and its `Numbers`."""

    def __init__(self, analysis, path, branches):
        self.numbers = analysis.numbers
        self.row = {
            "path": path,
            "summary": summarize(analysis.numbers, branches),
            "missing_lines": sorted(analysis.missing),
            "excluded_lines": sorted(analysis.excluded),
            "executed_lines": sorted(analysis.executed),
            "missing_branches": pairs(analysis.missing_branch_arcs()) if branches else [],
            "executed_branches": pairs(analysis.executed_branch_arcs()) if branches else [],
        }


class SourceCache:
    """Parsed sources by path, and the hash that each had when it was last analysed."""

    def __init__(self):
        self.parsed = {}
        self.hashes = {}

    def get(self, path, patterns, parse):
        """The Parsed of that file, from `parse()` where its bytes or patterns are new.

        `parse` returns a plain file reporter. What has no bytes of its own (a module in a zip)
        is parsed anew each time; coverage.py's own error tells of a file that is not there.
        """
        for _ in range(3):
            body = read_bytes(path)
            if body is None:
                return Parsed(None, parse())
            digest = hashlib.sha256(body).hexdigest()
            identity = (digest, patterns)
            known = self.parsed.get(path)
            if known is None or known.identity != identity:
                known = Parsed(identity, parse())
                if read_bytes(path) != body:
                    continue  # it changed while it was parsed: what was parsed is not known
                self.parsed[path] = known
            self.hashes[path] = digest
            return known
        raise Failure("coverage-error", f"{path} changes faster than it can be analysed")

    def keep(self, paths):
        """Forget every file but these."""
        for path in set(self.parsed) - set(paths):
            del self.parsed[path]
        self.hashes = {path: self.hashes[path] for path in paths if path in self.hashes}


def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def cached_coverage(coverage, internals, cache):
    """A subclass of Coverage whose analysis goes through `cache`.

    The analysis itself stays coverage.py's own code: only where it asks its file reporter for
    what depends on the source alone, or would repeat an analysis of equal input, does it get
    the answer of the last time.
    """

    class CachedReporter(internals.PythonFileReporter):
        known = None

        def facts(self):
            if self.known is None:
                config = self.coverage.config
                patterns = (
                    tuple(config.exclude_list),
                    tuple(config.partial_list),
                    tuple(config.partial_always_list),
                )
                self.known = cache.get(self.filename, patterns, self.plain)
            return self.known

        def plain(self):
            return internals.PythonFileReporter(self.filename, self.coverage)

        def lines(self):
            return self.facts().lines

        def excluded_lines(self):
            return self.facts().excluded

        def arcs(self):
            return self.facts().arcs

        def exit_counts(self):
            return self.facts().exits

        def no_branch_lines(self):
            return self.facts().unbranched

        def translate_lines(self, lines):
            first = self.facts().first
            return {first(line) for line in lines}

        def translate_arcs(self, arcs):
            first = self.facts().first
            return {(first(start), first(end)) for start, end in arcs}

    class CachedCoverage(coverage.Coverage):
        def _get_file_reporter(self, morf):
            reporter = super()._get_file_reporter(morf)
            if type(reporter) is internals.PythonFileReporter:
                reporter.__class__ = CachedReporter  # making another would stat every file again
            return reporter

        def _analyze(self, *args, **named):
            reporter = named.get("file_reporter", args[0])
            if not isinstance(reporter, internals.FileReporter):
                reporter = self._get_file_reporter(reporter)
            data = self.get_data()
            branches = data.has_arcs()
            path = os.path.abspath(reporter.filename)
            if not isinstance(reporter, CachedReporter):
                return Result(super()._analyze(*args, **named), path, branches)
            known = reporter.facts()
            name = self._file_mapper(reporter.filename)
            executed = (data.arcs(name) if branches else data.lines(name)) or []
            measured = (branches, self.config.precision, frozenset(executed))
            if known.measured != measured:
                known.result = Result(super()._analyze(*args, **named), path, branches)
                known.measured = measured
            return known.result

    return CachedCoverage


class Internals:
    """The private names of coverage.py that the cached analysis needs, in any version."""

    def __init__(self):
        """Raises ImportError or AttributeError where this version has them no more."""
        from coverage.plugin import FileReporter
        from coverage.python import PythonFileReporter
        from coverage.results import Numbers

        try:
            from coverage.report_core import get_analysis_to_report
        except ImportError:
            from coverage.report import get_analysis_to_report
        self.FileReporter, self.PythonFileReporter = FileReporter, PythonFileReporter
        self.Numbers, self.analyses = Numbers, get_analysis_to_report


AGAIN = "Rerun: the next run writes new data files."


def is_sqlite(path):
    with open(path, "rb") as file:
        return file.read(16) == b"SQLite format 3\0"


class Analyser:
    """All of our use of coverage.py: combining, analysing, exporting.

    Private use is within `Internals`, `cached_coverage` and `cached_report`; where a version
    does not have it, or it fails, coverage.py's public JSON report is parsed instead.
    """

    def __init__(self, private=True):
        try:
            import coverage
        except ImportError as error:
            raise Failure(
                "no-coverage",
                f"{sys.executable} cannot import the coverage package: {error}",
                "Install it where the server runs: pip install coverage",
            ) from None
        self.coverage = coverage
        self.cache = SourceCache()
        self.in_memory = True
        self.internals = self.find_internals() if private else None

    def find_internals(self):
        try:
            internals = Internals()
            internals.Coverage = cached_coverage(self.coverage, internals, self.cache)
        except (ImportError, AttributeError) as error:
            print(f"gunicov: public coverage API only: {error}", file=sys.stderr)
            return None
        return internals

    def combine(self, files, config):
        """A Coverage, in memory, of these data files (which stay); `config` as the hook's.

        Raises Failure `coverage-error`, also where a single one of the files can't be read.
        """
        damaged = [path for path in files if not is_sqlite(path)]
        if damaged:  # coverage.py takes an empty one for a file that holds no data
            raise Failure("coverage-error", f"damaged data files: {', '.join(damaged)}", AGAIN)
        with self.errors():
            if self.in_memory:
                try:
                    return self.combine_into(self.make(config), files)
                except self.coverage.CoverageException as error:
                    # Versions 7.10 to 7.15 (at least) never detach one file's database from one in memory.
                    if "already in use" not in str(error):
                        raise
                    self.in_memory = False
            return self.combine_on_disk(files, config)

    def make(self, config, data_file=None):
        """A new Coverage whose analysis is cached, in memory by default."""
        kind = self.internals.Coverage if self.internals else self.coverage.Coverage
        measured = kind(data_file=data_file, config_file=config or True)
        return measured if data_file else in_memory(measured)

    def combine_into(self, measured, files):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            measured.combine(files, strict=True, keep=True)
        unread = "; ".join(str(warning.message) for warning in caught)
        if unread:
            raise Failure("coverage-error", unread, AGAIN)
        return measured

    def combine_on_disk(self, files, config):
        folder = tempfile.mkdtemp(prefix="combine-", dir=os.path.dirname(files[0]))
        try:
            disk = self.make(config, os.path.join(folder, "combined"))
            blob = self.combine_into(disk, files).get_data().dumps()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        measured = self.make(config)
        measured.get_data().loads(blob)
        return measured

    def errors(self):
        return CoverageErrors(self.coverage)

    def report(self, measured):
        """A generator, resumed file by file, that returns the report (docs/protocol.md)."""
        if self.internals:
            try:
                return (yield from self.cached_report(measured))
            except (AttributeError, TypeError, ImportError) as error:
                print(f"gunicov: public coverage API only: {error!r}", file=sys.stderr)
                self.internals = None
        with self.errors():
            return public_report(json.loads(self.json(measured)))

    def cached_report(self, measured):
        # What the public report functions do first, to apply [paths].
        prepare = getattr(measured, "_prepare_data_for_reporting", None)
        if prepare:
            prepare()
        data = measured.get_data()
        data.set_query_contexts(measured.config.report_contexts)
        total = self.internals.Numbers(measured.config.precision)
        rows = []
        with self.errors():
            for _, result in self.internals.analyses(measured, None):
                total += result.numbers
                rows.append(result.row)
                yield
        branches = data.has_arcs()
        self.cache.keep({row["path"] for row in rows})
        return {"totals": summarize(total, branches), "files": rows, "branches": branches}

    def json(self, measured):
        """coverage.py's own JSON report (str)."""
        import contextlib
        import io

        with self.errors(), contextlib.redirect_stdout(io.StringIO()) as text:
            measured.json_report(outfile="-")
        return text.getvalue()

    def reload(self, blob, config):
        """A plain Coverage, in memory, of what `CoverageData.dumps()` gave (bytes).

        A forked child can't use its parent's data: coverage.py starts a new, empty database.
        """
        with self.errors():
            measured = self.coverage.Coverage(data_file=None, config_file=config or True)
            in_memory(measured).get_data().loads(blob)
        return measured

    def save(self, measured, path, rename):
        """Write its data to a data file, each file's path renamed by `rename` (a function)."""
        with self.errors():
            data = self.coverage.CoverageData(basename=path)
            try:
                data.update(measured.get_data(), map_path=rename)
            except TypeError:  # before 7.6 it took an object with a `map`
                data.update(measured.get_data(), aliases=types.SimpleNamespace(map=rename))
            data.write()


def in_memory(measured):
    """That Coverage (made without a data file), unable to make the configured file's directory."""
    measured.set_option("run:data_file", ".coverage")
    return measured


class CoverageErrors:
    """Turns coverage.py's exceptions into the Failure `coverage-error`."""

    def __init__(self, coverage):
        self.expected = (coverage.CoverageException,)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, self.expected) or type(error).__module__ == "sqlite3":
            raise Failure("coverage-error", f"{kind.__name__}: {error}") from None
        return False


def public_report(report):
    """The report as in docs/protocol.md, of coverage.py's parsed JSON report."""
    branches = bool(report["meta"]["branch_coverage"])
    names = dict(TOTALS, **BRANCH_TOTALS) if branches else TOTALS

    def trim(summary):
        return {name: summary[name] for name in names}

    rows = [
        {
            "path": os.path.abspath(path),
            "summary": trim(row["summary"]),
            "missing_lines": row["missing_lines"],
            "excluded_lines": row["excluded_lines"],
            "executed_lines": row["executed_lines"],
            "missing_branches": row.get("missing_branches", []),
            "executed_branches": row.get("executed_branches", []),
        }
        for path, row in report["files"].items()
    ]
    return {"totals": trim(report["totals"]), "files": rows, "branches": branches}


class Renaming:
    """Maps directory prefixes inside S to those outside; the longest that fits counts."""

    def __init__(self, pairs):
        """`pairs`: objects with `inside` and `outside`, as in the request `export`."""
        stripped = [(pair["inside"].rstrip("/"), pair["outside"].rstrip("/")) for pair in pairs]
        self.pairs = sorted(stripped, key=lambda pair: -len(pair[0]))

    def __call__(self, path):
        """The path outside of a path inside (relative ones count from the working directory)."""
        whole = os.path.abspath(path)
        for inside, outside in self.pairs:
            if whole == inside or whole.startswith(inside + "/"):
                return outside + whole[len(inside) :]
        return path


class Environment:
    """For as long as it is entered, os.environ is that of the master (None: unchanged).

    A coverage configuration may name variables, and COVERAGE_RCFILE names the configuration.
    """

    def __init__(self, variables):
        self.variables = variables

    def __enter__(self):
        self.before = dict(os.environ)
        if self.variables is not None:
            self.replace(self.variables)

    def __exit__(self, *_):
        self.replace(self.before)

    def replace(self, variables):
        os.environ.clear()
        os.environ.update(variables)


# ---------------------------------------------------------------- work in a child process


class Child:
    """A forked process that does one long piece of work and streams lines to its parent.

    The helper has one thread, so forking is safe. The child dies with its parent.
    """

    MARK = b'{"settled":'

    def __init__(self, job, scratch, work):
        """Start `work(child)`, which may `send_files`; what it returns is the request's `ok`.

        `scratch` is a private directory for its files, removed when the child is closed.
        """
        self.number, self.scratch = job.number, scratch
        self.answer = None
        self.reader, self.writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.run(job, work)
        os.close(self.writer)
        self.rest = b""

    def run(self, job, work):
        try:
            os.close(self.reader)
            os.close(job.channel.source)
            os.close(job.channel.sink)
            die_with_parent()
            os.nice(5)  # the next cycle comes first
            try:
                settled = {"ok": work(self)}
            except Exception as error:  # noqa: BLE001 - whatever it is, the parent must tell it
                settled = {"error": as_failure(error).as_json()}
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
        """Kill it if it still runs, reap it, and remove its files."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.reader)
        shutil.rmtree(self.scratch, ignore_errors=True)


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


# ---------------------------------------------------------------- checking sources


def check_file(path, digest):
    """Look at one changed file: (whether S lags behind the host, its bytes or None)."""
    try:
        with open(path, "rb") as file:
            body = file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return digest is not None, None
    return digest is None or hashlib.sha256(body).hexdigest() != digest, body


def compile_failure(path, body):
    """The failure (as in `check`) of compiling these bytes, or None. Nothing is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(body, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {
            "path": path,
            "line": error.lineno or 1,
            "column": error.offset or 1,
            "message": f"{type(error).__name__}: {error.msg}",
            "text": error.text.rstrip("\r\n") if isinstance(error.text, str) else "",
        }
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        message = f"{type(error).__name__}: {error}"
        return {"path": path, "line": 1, "column": 1, "message": message, "text": ""}
    return None


def decode_source(body):
    """Source text of bytes as Python decodes it (its encoding cookie, else UTF-8)."""
    lines = iter(body.splitlines(True))
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
        text = body.decode(encoding, "replace")
    except (SyntaxError, LookupError):
        text = body.decode("utf-8", "replace")
    return text


def within(path, directories):
    """Whether a path lies in one of these directories (as written, or resolved)."""
    for directory in directories:
        for one, other in (
            (path, directory),
            (os.path.realpath(path), os.path.realpath(directory)),
        ):
            inside, outside = os.path.normpath(one), os.path.normpath(other)
            if inside == outside or inside.startswith(outside.rstrip("/") + "/"):
                return True
    return False


# ---------------------------------------------------------------- a server with a hook of its own


HEARTBEAT = "wgunicorn-"
WALL_CLOCK = 1e9  # the time of a heartbeat is the monotonic clock's: far below any date
SIDE_FILE = re.compile(r"-(journal|wal|shm)$")
LOOK_SECONDS = 0.01  # between two looks at processes: nothing tells of a fork
SETTLE_SECONDS = 2.0  # how long a data file may still grow when its worker has gone
SUCCESSOR_SECONDS = 5.0  # how long to wait for the successor of a worker that was ended alone


def children(pid):
    """Pids of the children of all of a process's threads."""
    try:
        found = set()
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.update(int(word) for word in file.read().split())
        return found
    except OSError:  # a kernel that has no such files
        return {one.pid for one in all_processes().values() if one.parent == pid}


def heartbeats(pid):
    """The stats of the heartbeat files that a process has open, or None where that can't be seen.

    A gunicorn worker has one, unlinked; while it is forked its siblings' as well.
    """
    found = []
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            path = f"/proc/{pid}/fd/{name}"
            try:
                if os.path.basename(os.readlink(path)).startswith(HEARTBEAT):
                    found.append(os.stat(path))
            except FileNotFoundError:
                continue
    except FileNotFoundError:
        return []
    except OSError:
        return None
    return found


def has_beaten(about):
    """Whether a worker's heartbeat file shows that it runs its loop: it has booted.

    Its times become the monotonic clock's; up to gunicorn 20 its mode becomes 0 or 1.
    """
    return about.st_mtime < WALL_CLOCK or stat.S_IMODE(about.st_mode) in (0, 1)


def is_whole(path):
    """Whether a copied data file is a sound SQLite database with coverage.py's tables."""
    import sqlite3
    import urllib.parse

    if not is_sqlite(path):
        return False
    database = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro&immutable=1", uri=True)
    try:
        database.execute("select version from coverage_schema").fetchone()
        database.execute("select count(*) from file").fetchone()
        return database.execute("pragma quick_check(1)").fetchone() == ("ok",)
    except sqlite3.Error:
        return False
    finally:
        database.close()


def pids_in(name, host):
    """The numbers in a data file's name that may be its worker's pid (set of int)."""
    rest = name.replace(host, "").replace(host.replace(".", "_"), "")
    return {int(number) for number in re.findall(r"(?<=[._-])(?:pid)?(\d+)(?=[._-]|$)", rest)}


def plural(count, noun):
    return "{} {}{}".format(count, noun, "" if count == 1 else "s")


class HeldFile:
    """A data file, open since it was first seen: it can be read although it has been deleted."""

    def __init__(self, fd, name, copy):
        self.fd, self.name, self.copy = fd, name, copy
        self.seen = self.copied = None
        self.whole = self.told = self.deleted = False

    def stamp(self):
        about = os.fstat(self.fd)
        return about.st_size, about.st_mtime_ns

    def take(self):
        """Copy it where it has changed and is still; whether the copy is the file as it is now."""
        stamp = self.stamp()
        if stamp == self.copied:
            return True
        if stamp != self.seen:
            self.seen, self.whole = stamp, False
            return False
        with open(self.copy, "wb") as copy:
            while True:
                data = os.pread(self.fd, 1 << 20, copy.tell())
                if not data:
                    break
                copy.write(data)
        if self.stamp() == stamp:
            self.copied, self.whole = stamp, is_whole(self.copy)
        return self.copied == stamp


class DataDirectory:
    """The directory in which a server's own hook leaves data files. Nothing is written there.

    Each new file is opened when it is first seen, and copied away once it is still: what deletes
    the directory afterwards takes nothing away.
    """

    def __init__(self, path, prefix):
        """`prefix`: the data files are named so, or so with a dot and more behind it."""
        self.path, self.prefix = path, prefix
        self.old, self.held = {}, {}
        self.known = self.scratch = None
        self.wipes = 0  # how often something was seen to have been deleted

    def names(self):
        """{name: stat} of the data files that are there."""
        found = {}
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if self.is_data(entry.name) and entry.is_file(follow_symlinks=False):
                        found[entry.name] = entry.stat(follow_symlinks=False)
        except OSError:  # it is deleted and made anew at any moment
            pass
        return found

    def is_data(self, name):
        begins = name == self.prefix or name.startswith(self.prefix + ".")
        return begins and not SIDE_FILE.search(name)

    def mark(self, scratch):
        """What is there now is of the past. Copies of what comes go to `scratch`."""
        self.close()
        os.makedirs(scratch, mode=0o700, exist_ok=True)
        self.scratch = scratch
        self.hold_directory()
        self.old = {
            (one.st_dev, one.st_ino): (one.st_size, one.st_mtime_ns)
            for one in self.names().values()
        }

    def hold_directory(self):
        """Keep it open: as long as it is, no other directory can have its number."""
        try:
            self.known = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            self.known = None

    def look(self):
        """Look again; whether each file has been copied as it is now."""
        self.look_at_directory()
        there = {}
        for name, about in self.names().items():
            key = (about.st_dev, about.st_ino)
            there[key] = name
            if key in self.held:
                self.held[key].name = name
            elif self.old.get(key) != (about.st_size, about.st_mtime_ns):
                self.hold(name)
        self.look_for_deleted(there)
        moving = [one for one in self.held.values() if not one.take()]
        return not moving

    def look_at_directory(self):
        if self.known is None:
            self.hold_directory()
            return
        held = os.fstat(self.known)
        try:
            now = os.stat(self.path)
        except OSError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != (held.st_dev, held.st_ino):
            self.wipes += 1
            self.old = {}
            os.close(self.known)
            self.hold_directory()

    def look_for_deleted(self, there):
        for key in [key for key in self.old if key not in there]:
            del self.old[key]
            self.wipes += 1
        for one in self.held.values():
            if not one.deleted and not os.fstat(one.fd).st_nlink:
                one.deleted = True
                self.wipes += 1

    def hold(self, name):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            fd = os.open(os.path.join(self.path, name), flags)
        except OSError:
            return
        about = os.fstat(fd)
        key = (about.st_dev, about.st_ino)
        if key in self.held or not stat.S_ISREG(about.st_mode):
            os.close(fd)
            return
        copy = os.path.join(self.scratch, f".coverage.{len(self.held) + 1}")
        self.held[key] = HeldFile(fd, name, copy)

    def whole(self):
        return [one for one in self.held.values() if one.whole]

    def damaged(self):
        return [one for one in self.held.values() if not one.whole]

    def close(self):
        for one in self.held.values():
            os.close(one.fd)
        if self.known is not None:
            os.close(self.known)
        self.held, self.known = {}, None


class Closed:
    """A generation that has ended, where no record tells: who exited, and what they left."""

    def __init__(self, workers, data, since, wiped):
        """`workers`: {(pid, start time): age}; `since`: when the code they ran was loaded."""
        self.since, self.wiped, self.directory = since, wiped, data.path
        self.count, self.damaged = len(workers), len(data.damaged())
        self.paths = [one.copy for one in data.whole()]
        self.lost = self.find_lost(workers, data)

    def find_lost(self, workers, data):
        """Those whose pid no file has in its name. Empty where the names tell no pids."""
        host = os.uname().nodename
        named = {pid for one in data.whole() for pid in pids_in(one.name, host)}
        broken = {pid for one in data.damaged() for pid in pids_in(one.name, host)}
        pids = {pid: age for (pid, _), age in workers.items()}
        if not named & set(pids):
            return []
        causes = {True: "its data file is damaged", False: "it left no data file"}
        return [
            {"age": age, "pid": pid, "cause": causes[pid in broken]}
            for pid, age in sorted(pids.items(), key=lambda pair: pair[1])
            if pid not in named
        ]

    @property
    def written(self):
        return len(self.paths)

    @property
    def expected(self):
        return max(self.count, self.written + len(self.lost))

    def tally(self):
        files = plural(self.written, "data file")
        damaged = f" and {self.damaged} damaged" if self.damaged else ""
        return "{} exited, {}{}".format(plural(self.count, "worker"), files, damaged)

    def reasons(self):
        """Why the data is not whole, a line each. Empty: the numbers agree."""
        if self.written >= self.expected and not self.damaged:
            return []
        reasons = [f"{self.tally()} in {self.directory}"]
        if self.wiped:
            reasons.append(
                f"{self.directory} was deleted while workers saved their data in it (a post_fork "
                "that does so takes it away); from now on they are ended one at a time"
            )
        elif not self.written:
            reasons.append(f"is {self.directory} where the server's own hook writes its data?")
        return reasons

    def note(self):
        """What is to be said where the numbers agree (str), or None."""
        if self.reasons():
            return None
        return (
            f"unproven: {self.tally()}; the server's own hook wrote them, and whether they hold "
            "all that its workers ran is known to it alone"
        )


class OwnHook:
    """Restarts and flushes of a server whose own hook writes data files.

    It leaves no record, so what it does is read from /proc and the files themselves. Generations
    are numbered here, from the first one seen.
    """

    def __init__(self, master, data, scratch):
        self.master, self.data, self.scratch = master, data, scratch
        self.ages, self.roster, self.closed = {}, {}, {}
        self.number, self.since = 1, time.time()
        # Where a fork may delete the data, no worker may save while another one is forked. Deleting
        # from an empty directory leaves no trace, so that before the first cycle only the text tells.
        self.one_by_one = config_speaks_of(master, DELETING_WORD)
        self.data.mark(self.folder())

    def folder(self):
        return os.path.join(self.scratch, f"gen-{self.number}")

    def close(self):
        self.data.close()

    def workers(self):
        """{(pid, start time): age} of the living workers; `age` in the order they were seen."""
        found = {}
        for pid in sorted(children(self.master.pid)):
            process = Process.read(pid)
            if process is None or process.dead or process.parent != self.master.pid:
                continue
            if is_gunicorn(process.argv()) and heartbeats(pid) != []:
                key = (pid, process.start_time)
                found[key] = self.ages.setdefault(key, len(self.ages) + 1)
        return found

    def have_booted(self, workers, seen):
        """Whether all of these run; where that can't be seen: since a second. `seen`: a dict."""
        now = time.monotonic()
        for key in workers:
            beats = heartbeats(key[0])
            since = now - seen.setdefault(key, now)
            if since < 1 if beats is None else len(beats) != 1 or not has_beaten(beats[0]):
                return False
        return bool(workers)

    def pause(self, watch, clock, what):
        """A Wait for the next look; verifies that the master lives."""
        self.master.verify()
        watch.followed.discard(self.data.path)  # it may be another directory now
        watch.follow([self.data.path])
        return clock.wait(what, [] if watch.fd is None else [watch.fd], LOOK_SECONDS)

    def earlier_boot(self, watch, clock):
        """Wait for workers that are still booting, but not for those that hang."""
        until, seen = time.monotonic() + BOOT_PATIENCE, {}
        while not self.have_booted(self.workers(), seen) and time.monotonic() < until:
            yield self.pause(watch, clock, "the workers to boot")

    def restart(self, job, clock):
        """SIGHUP, and wait until all old workers are gone and the new ones run."""
        with Watch() as watch, Deaths(self.master) as deaths:
            yield from self.earlier_boot(watch, clock)
            old, wipes, since = self.workers(), self.data.wipes, time.time()
            job.held = True  # a SIGHUP can't be taken back
            self.master.signal(signal.SIGHUP)
            new = yield from self.replaced(job, watch, deaths, clock, old)
        self.one_by_one = self.one_by_one or self.data.wipes > wipes
        self.open_generation(new, since)
        workers = [{"age": age, "pid": pid} for (pid, _), age in new.items()]
        return {
            "generation": self.number,
            "workers": workers,
            "boot_errors": [],
            "config_error": None,
            "ms": clock.ms(),
        }

    def open_generation(self, roster, since):
        self.number += 1
        self.roster, self.since = roster, since
        self.data.mark(self.folder())

    def replaced(self, job, watch, deaths, clock, old):
        """Wait for the new workers, as many as before, or as many as there are for a second."""
        began, seen, told, last, changed = time.monotonic(), {}, set(), None, 0
        while True:
            self.data.look()
            living = [key for key in old if not deaths.gone(*key)]
            new = {key: age for key, age in self.workers().items() if key not in old}
            now = time.monotonic()
            if set(new) != last:
                last, changed = set(new), now
            enough = len(new) == len(old) or now - changed > 1
            if not living and enough and self.have_booted(new, seen):
                return new
            for key in living if now - began > 1 else []:
                if key not in told:
                    told.add(key)
                    why = "it finishes a request or holds a connection (graceful_timeout)"
                    job.tell("waiting", age=old[key], pid=key[0], why=why)
            pids = ", ".join(str(pid) for pid, _ in living)
            yield self.pause(
                watch, clock, f"older workers to end: {pids}" if living else "workers to boot"
            )

    def flush(self, job, clock):
        """End the workers, and wait until they are gone and what they left has been copied."""
        with Watch() as watch, Deaths(self.master) as deaths:
            yield from self.earlier_boot(watch, clock)
            serving, wipes = self.workers(), self.data.wipes
            workers, since = {**self.roster, **serving}, time.time()
            if self.one_by_one:
                for key in serving:
                    yield from self.end(job, watch, deaths, clock, key, workers)
            else:
                self.master.signal(signal.SIGHUP)
            yield from self.exited(job, watch, deaths, clock, workers)
        wiped = self.data.wipes > wipes
        self.one_by_one = self.one_by_one or wiped
        closed = self.closed[self.number] = Closed(workers, self.data, self.since, wiped)
        number = self.number
        self.open_generation({}, since)
        return {
            "generation": number,
            "next_generation": self.number,
            "expected": closed.expected,
            "written": closed.written,
            "lost": closed.lost,
            "reasons": closed.reasons(),
            "note": closed.note(),
            "requests": None,
            "ms": clock.ms(),
        }

    def end(self, job, watch, deaths, clock, key, workers):
        """End one worker; wait until its successor has done what deletes the directory."""
        before, wipes, seen = set(self.workers()), self.data.wipes, {}
        self.master.verify()
        if deaths.gone(*key):
            return
        os.kill(key[0], signal.SIGTERM)
        while not deaths.gone(*key):
            self.look(job, deaths, workers)
            yield self.pause(watch, clock, f"worker {key[0]} to end")
        until = time.monotonic() + SUCCESSOR_SECONDS
        while time.monotonic() < until:
            self.look(job, deaths, workers)
            new = {one: age for one, age in self.workers().items() if one not in before}
            if new and (self.data.wipes > wipes or self.have_booted(new, seen)):
                return
            yield self.pause(watch, clock, f"the successor of worker {key[0]}")

    def exited(self, job, watch, deaths, clock, workers):
        while True:
            still = self.look(job, deaths, workers)
            living = [pid for pid, start in workers if not deaths.gone(pid, start)]
            if not living:
                break
            what = f"{len(living)} of {len(workers)} workers to end"
            yield self.pause(watch, clock, what)
        until = time.monotonic() + SETTLE_SECONDS
        while not (still and self.look(job, deaths, workers)) and time.monotonic() < until:
            yield self.pause(watch, clock, "the data files to be still")
            still = self.look(job, deaths, workers)
        for one in self.data.whole():
            self.tell(job, one, workers)

    def look(self, job, deaths, workers):
        """Look at the files, and tell of each that a worker now gone has left."""
        still = self.data.look()
        gone = {pid for pid, start in workers if deaths.gone(pid, start)}
        for one in self.data.whole():
            if pids_in(one.name, os.uname().nodename) & gone:
                self.tell(job, one, workers)
        return still

    def tell(self, job, one, workers):
        if one.told:
            return
        one.told = True
        pids = pids_in(one.name, os.uname().nodename)
        age, pid = next(((age, pid) for (pid, _), age in workers.items() if pid in pids), (0, None))
        written = sum(held.told for held in self.data.held.values())
        expected = max(len(workers), written)
        job.tell("saved", age=age, pid=pid, file=one.name, written=written, expected=expected)

    def freshness(self):
        why = "a server with a hook of its own does not tell what its workers have served"
        return {"fresh": False, "why": why, "generation": self.number}

    def files(self, number):
        """The Closed of that generation; raises Failure `no-report` where it left nothing."""
        closed = self.closed.get(number)
        if closed is None:
            raise Failure("no-report", f"generation {number} is not known")
        if not closed.paths:
            raise Failure(
                "no-report",
                f"{closed.tally()} in {closed.directory}",
                "Name the directory that the server's own hook writes to, as coverage_dir under "
                "[tool.gunicov.server]. The server's log tells why a hook could not save.",
            )
        return closed

    def superseded(self, number, paths):
        """Measured files that have changed since the workers began to load their code."""
        return sorted(path for path in paths if changed_since(path, self.closed[number].since))

    def prune(self):
        removed = sorted(self.closed)[:-2]
        for number in removed:
            del self.closed[number]
            shutil.rmtree(os.path.join(self.scratch, f"gen-{number}"), ignore_errors=True)
        return removed


def changed_since(path, moment):
    try:
        about = os.stat(path)
    except OSError:
        return True
    return max(about.st_mtime, about.st_ctime) > moment


def own_data(master, configured):
    """The DataDirectory of a server whose own hook measures it, or None.

    It is what the configuration says (`coverage_dir`), or COVERAGE_FILE in the master's
    environment, or what coverage.py's configuration there says, given that the server measures
    itself: COVERAGE_PROCESS_START is set, or its gunicorn config speaks of coverage.
    """
    cwd, environment = master.cwd() or "/", master.environment or {}
    if configured:
        return DataDirectory(os.path.join(cwd, configured), ".coverage")
    named = environment.get("COVERAGE_FILE")
    started = environment.get("COVERAGE_PROCESS_START")
    if not named and (started or config_speaks_of(master, COVERAGE_WORD)):
        named = configured_data_file(cwd, environment, started)
    if not named:
        return None
    return DataDirectory(*os.path.split(os.path.join(cwd, named)))


def configured_data_file(cwd, environment, started):
    """coverage.py's data file (path) as configured there; None where nothing speaks for one."""
    try:
        import coverage
    except ImportError:
        return None
    back = os.getcwd()
    try:
        os.chdir(cwd)
        with Environment(environment):
            measured = coverage.Coverage(config_file=started or True)
            name = measured.get_option("run:data_file")
            parallel = measured.get_option("run:parallel")
    except (OSError, coverage.CoverageException):
        return None
    finally:
        os.chdir(back)
    return name if started or parallel or os.path.basename(name) != name else None


COVERAGE_WORD = re.compile(rb"\bcoverage\b")
DELETING_WORD = re.compile(rb"\b(rmtree|unlink|remove|rmdir|erase|rm)\b")


def config_speaks_of(master, words):
    """Whether the text of a master's gunicorn config file has one of these words (a pattern)."""
    body = read_bytes(os.path.join(master.cwd() or "/", gunicorn_config(master))) or b""
    return words.search(body) is not None


def gunicorn_config(master):
    """The path of a master's gunicorn config file, as its command line or environment has it."""
    words = master.argv + shlex.split((master.environment or {}).get("GUNICORN_CMD_ARGS", ""))
    path = "gunicorn.conf.py"
    for place, word in enumerate(words):
        if word in ("-c", "--config") and place + 1 < len(words):
            path = words[place + 1]
            break
        if word.startswith("--config="):
            path = word.partition("=")[2]
            break
    return path[5:] if path.startswith("file:") else path


def make_scratch(last):
    """A private directory for copies, in the first of the usual places that takes one, or `last`."""
    for base in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm", last):
        try:
            if base:
                return tempfile.mkdtemp(prefix="gunicov-helper-", dir=base)
        except OSError:
            continue
    raise denied("there is no directory in which the helper may write: mount a tmpfs on /tmp")


# ---------------------------------------------------------------- the requests


class Collected:
    """The last report: its combined data, and the files it is about."""

    def __init__(self, data, config, paths):
        self.data, self.config, self.paths = data, config, paths


class Helper:
    """Answers the requests of docs/protocol.md, section 3: one method each, `do_<name>`."""

    def __init__(self):
        self.master = None
        self.record = None
        self.own = None  # OwnHook, where the master has no record but a hook of its own
        self.scratch = None
        self.analyser = None
        self.collected = None
        self.signalling = None  # the job whose SIGHUP is in flight: one at a time
        self.oom_kills = 0
        self.chores = collections.deque()
        self.scratches = set()  # directories that children write to

    def start(self, request, job):
        return getattr(self, "do_" + request["do"])(request, job)

    # -- the master

    def do_find(self, request, job):
        processes = all_processes()
        masters = [Master(process) for process in find_masters(processes)]
        master = choose_master(masters, request.get("pid"), request.get("match"))
        if master.environment is None:
            raise denied(f"may not read the environment of the gunicorn master ({master.pid})")
        record = Record(master.directory())
        until = time.monotonic() + YOUNG_SECONDS - master.process.seconds()
        while not (record.exists() and record.generations()) and time.monotonic() < until:
            yield Wait(time.monotonic() + 0.02)
            master.verify()
        if record.exists():
            children = [one for one in processes.values() if one.parent == master.pid]
            uids = {0, os.geteuid(), master.uid} | {child.uid() for child in children}
            record.verify(uids)
        if self.record is None or self.record.path != record.path:
            self.collected = None
        self.master, self.record = master, record
        self.own = self.find_own(request.get("coverage_dir"))
        self.oom_kills = master.oom_kills()
        if record.exists() and record.master().get("executable") == sys.executable:
            self.chores.append(self.warm)
        return {"master": describe(master, record, self.own)}

    def find_own(self, configured):
        """The OwnHook of a master without a record, or None."""
        if self.own:
            self.own.close()
        data = None if self.record.exists() else own_data(self.master, configured)
        if data is None:
            return None
        if os.path.isdir(data.path) and not os.access(data.path, os.R_OK | os.X_OK):
            raise denied(f"may not read {data.path}")
        self.scratch = self.scratch or make_scratch(data.path)
        return OwnHook(self.master, data, tempfile.mkdtemp(dir=self.scratch))

    def close(self):
        """Remove what was written in a place of the helper's own."""
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def warm(self):
        """Import coverage before the first report needs it (80 ms and more)."""
        try:
            self.extend_path()
            self.analyser = self.analyser or Analyser()
        except Exception as error:  # noqa: BLE001 - `collect` will meet it again, and tell it
            print(f"gunicov: {error}", file=sys.stderr)

    def verified(self):
        """Raise the right Failure unless there is a master, it lives, and it has the hook."""
        if self.master is None:
            raise Failure("no-gunicorn", "no gunicorn master was looked for", "Send `find` first.")
        self.master.verify()
        if not self.own and not self.record.exists():
            raise no_hook()

    # -- before a restart

    def do_check(self, request, job):
        clock = Clock(request["timeout"])
        waiting = list(request["files"])
        failures, pause = [], POLL_SECONDS
        while True:
            waiting, checked = self.look_at(waiting)
            failures.extend(checked)
            if not waiting or time.monotonic() >= clock.deadline:
                break
            yield Wait(min(clock.deadline, time.monotonic() + pause))
            pause = min(pause * 2, 0.05)
        return {"failures": failures, "lagging": [file["path"] for file in waiting]}

    def look_at(self, files):
        """(those that lag, the failures of those that do not)."""
        lagging, failures = [], []
        for file in files:
            path = file["path"]
            lags, body = check_file(path, file.get("sha256"))
            if lags:
                lagging.append(file)
            elif body is not None and path.endswith(".py"):
                failures.append(compile_failure(path, body))
        return lagging, [failure for failure in failures if failure]

    def do_freshness(self, request, job):
        self.verified()
        if self.own:
            return self.own.freshness()
        generation = self.record.newest()
        why = self.why_stale(generation, request["files"], request["source"])
        return {
            "fresh": why is None,
            "why": why or "the workers have served nothing since boot",
            "generation": generation.number,
        }

    def why_stale(self, generation, files, source):
        """Why this generation, the newest, must be restarted (str), or None."""
        with Deaths(self.master) as deaths:
            boots = Boots(generation, self.record.workers(generation), deaths)
            boots.look()
        if boots.errors:
            return "a worker failed to boot"
        if not boots.settled():
            return "not every worker has booted: " + boots.missing()
        if not all(told.get("counts_requests", True) for told in boots.booted.values()):
            return "this worker class does not tell whether it has served"
        if generation.served():
            return "a worker has served a request"
        inside = next((path for path in files if within(path, source)), None)
        if inside:
            return f"{inside} has changed"
        loaded = {path for one in boots.booted.values() for path in one.get("modules") or []}
        loaded |= {os.path.realpath(path) for path in loaded}
        used = next((p for p in files if p in loaded or os.path.realpath(p) in loaded), None)
        return f"{used} has changed, and a worker has loaded it" if used else None

    # -- SIGHUP

    def take_turn(self, job, clock):
        """Wait until no other request's SIGHUP is in flight: two at once lose a SIGTERM."""
        while self.signalling is not None:
            yield clock.wait("another restart or flush", every=POLL_SECONDS)
        self.verified()
        self.signalling = job

    def by_turns(self, job, clock, work):
        """Do the work of a request (a generator that returns its answer) in its turn."""
        yield from self.take_turn(job, clock)
        try:
            answer = yield from work
        finally:
            self.signalling = None
        if job.cancelled:
            raise Cancelled()
        return answer

    def earlier_boot(self, watch, deaths, clock):
        """Wait for a generation that is still booting, but not for one that hangs."""
        generation = self.record.newest()
        boots = Boots(generation, self.record.workers(generation), deaths)
        while True:
            watch.follow(generation.directories())
            boots.look()
            hangs = boots.oldest() > BOOT_PATIENCE or not boots.booting
            if boots.settled() or (hangs and clock_age(generation) > BOOT_PATIENCE):
                return
            yield self.wait(watch, deaths, clock, boots.missing(), boots.living())

    def reload(self, job, watch, deaths, clock):
        """Send SIGHUP; returns (the generation it closes, the one it opens).

        Not cut short before its generation is there: the next request would take that for the
        work of its own SIGHUP, and the other one would come in the middle of the tests.
        """
        before = self.record.newest()
        watch.follow([self.record.path])
        self.oom_kills = self.master.oom_kills()
        held, job.held = job.held, True
        self.master.signal(signal.SIGHUP)
        while True:
            watch.follow(os.path.join(self.record.path, n) for n in list_names(self.record.path))
            after = self.record.newest()
            if after.number > before.number:
                break
            yield self.wait(watch, deaths, clock, "the master to reload", [])
        job.held = held
        if job.cancelled and not held:
            raise Cancelled()
        return before, after

    def wait(self, watch, deaths, clock, what, pids):
        """A Wait for the record, these workers or the master; verifies that it lives."""
        fds, blind = deaths.waits(pids)
        self.master.verify()
        if blind:
            return (
                watch.wait(clock, what, fds)
                if watch.blind
                else clock.wait(what, [watch.fd] + fds, 4 * POLL_SECONDS)
            )
        return watch.wait(clock, what, fds)

    def do_restart(self, request, job):
        clock = Clock(request["timeout"])
        if self.own:
            return (yield from self.by_turns(job, clock, self.own.restart(job, clock)))
        yield from self.take_turn(job, clock)
        try:
            with Watch() as watch, Deaths(self.master) as deaths:
                yield from self.earlier_boot(watch, deaths, clock)
                job.held = True  # a SIGHUP can't be taken back
                _, opened = yield from self.reload(job, watch, deaths, clock)
                boots = yield from self.settle_restart(job, watch, deaths, clock, opened)
        finally:
            self.signalling = None
        if job.cancelled:
            raise Cancelled()
        return {
            "generation": opened.number,
            "workers": [
                {"age": age, "pid": told.get("pid")} for age, told in sorted(boots.booted.items())
            ],
            "boot_errors": [
                {"age": age, "pid": told.get("pid"), "traceback": str(told.get("traceback", ""))}
                for age, told in sorted(boots.errors.items())
            ],
            "config_error": self.record.config_error(),
            "ms": clock.ms(),
        }

    def settle_restart(self, job, watch, deaths, clock, opened):
        """Wait until the new workers have booted and each older one has saved or is gone."""
        boots = Boots(opened, self.record.workers(opened), deaths)
        older = [one for one in self.record.generations() if one.number < opened.number]
        rosters = [Roster(one, deaths, 0) for one in older if not one.settled]
        signalled, told = time.monotonic(), set()
        while True:
            watch.follow(opened.directories())
            for roster in rosters:
                watch.follow(roster.generation.directories())
            for age in boots.look():
                job.tell("booted", age=age, pid=boots.booted[age].get("pid"))
            rosters = [roster for roster in rosters if not look_settled(roster)]
            if boots.settled() and not rosters:
                return boots
            if time.monotonic() - signalled > 1:
                self.tell_waiting(job, rosters, told)
            pids = [pid for roster in rosters for pid in roster.living()] + boots.living()
            what = boots.missing() if not boots.settled() else missing_old(rosters)
            yield self.wait(watch, deaths, clock, what, pids)

    def tell_waiting(self, job, rosters, told):
        limit = self.record.master().get("graceful_timeout")
        for roster in rosters:
            for age in roster.pending():
                if age not in told:
                    told.add(age)
                    why = "it finishes a request or holds a connection (graceful_timeout %s s)"
                    job.tell("waiting", why=why % limit, **roster.worker(age))

    def do_flush(self, request, job):
        clock = Clock(request["timeout"])
        if self.own:
            return (yield from self.by_turns(job, clock, self.own.flush(job, clock)))
        yield from self.take_turn(job, clock)
        try:
            with Watch() as watch, Deaths(self.master) as deaths:
                yield from self.earlier_boot(watch, deaths, clock)
                closed, opened = yield from self.reload(job, watch, deaths, clock)
                roster = Roster(closed, deaths)
                yield from self.settle_roster(job, watch, deaths, clock, roster)
        finally:
            self.signalling = None
        return {
            "generation": closed.number,
            "next_generation": opened.number,
            "expected": roster.expected(),
            "written": roster.written(),
            "lost": [
                dict(roster.worker(age), cause=self.cause(cause))
                for age, cause in sorted(roster.lost.items())
            ],
            "requests": roster.requests(),
            "ms": clock.ms(),
        }

    def settle_roster(self, job, watch, deaths, clock, roster):
        """Wait until each worker of a closed roster has saved or is lost, telling of each."""
        written = 0
        while True:
            watch.follow(roster.generation.directories())
            for age in roster.look():
                written += roster.file(age) is not None
                job.tell(
                    "saved",
                    file=roster.file(age),
                    written=written,
                    expected=roster.expected(),
                    **roster.worker(age),
                )
            pending = roster.pending()
            if not pending:
                roster.generation.settled = True
                return
            what = f"{len(pending)} of {len(roster.pids)} workers to save"
            try:
                yield self.wait(watch, deaths, clock, what, roster.living())
            except Failure as failure:
                failure.message += (
                    f" ({roster.written()} of {roster.expected()} data files are written)"
                )
                raise

    def cause(self, cause):
        if cause in ("unknown", "exit") and self.master.oom_kills() > self.oom_kills:
            return "out of memory"
        return cause

    # -- reports

    def do_collect(self, request, job):
        self.verified()
        number = request["generation"]
        files = self.own.files(number).paths if self.own else self.recorded_files(number)
        self.enter_project()
        analyser = self.analyser = self.analyser or Analyser()
        config = self.coverage_config()
        with Environment(self.master.environment):
            measured = analyser.combine(files, config)
            combined = measured.get_data()
        report = yield from sliced(analyser.report(measured))
        paths = {row["path"] for row in report["files"]}
        self.collected = Collected(combined, config, paths)
        superseded = (self.own or self).superseded(number, paths)
        return {"report": report, "superseded": superseded}

    def recorded_files(self, number):
        """The data files of a generation of the record."""
        generation = self.record.get(number)
        if generation is None:
            raise Failure("no-report", f"generation {number} is not recorded")
        files = generation.data_files()
        if not files:
            raise Failure(
                "no-report",
                f"no worker of generation {number} has measured anything",
                "Does `source` in the coverage configuration name the server's own code?",
            )
        return files

    def coverage_config(self):
        """The file that coverage.py read its configuration from; None: it is to search for it."""
        if self.own:
            return (self.master.environment or {}).get("COVERAGE_PROCESS_START")
        return self.record.master().get("coverage_config")

    def enter_project(self):
        """Be where the master is: coverage's configuration and relative paths count from there."""
        about = self.record.master()
        cwd = self.master.cwd() or about.get("cwd")
        if cwd:
            os.chdir(cwd)
        self.extend_path()

    def extend_path(self):
        about = self.record.master()
        if about.get("python", "").split(".")[:2] == [str(part) for part in sys.version_info[:2]]:
            # Plugins of the configuration, and coverage itself, as the server would find them.
            known = set(sys.path)
            sys.path.extend(p for p in about.get("path") or [] if p and p not in known)

    def superseded(self, number, paths):
        """Measured files that a worker of the generation imported other bytes of than analysed.

        `booted` knows the files imported at boot, `saved` those imported later as well.
        """
        generation = self.record.get(number)
        analysed = {os.path.realpath(path): path for path in paths}
        found = set()
        for told in [*generation.told("booted").values(), *generation.told("saved").values()]:
            for path, digest in (told.get("hashes") or {}).items():
                known = analysed.get(os.path.realpath(path))
                if known and self.hash_of(known) != digest:
                    found.add(known)
        return sorted(found)

    def hash_of(self, path):
        """The hash that a file had when it was analysed (without the cache: that it has now)."""
        if self.analyser.internals and path in self.analyser.cache.hashes:
            return self.analyser.cache.hashes[path]
        body = read_bytes(path)
        return None if body is None else hashlib.sha256(body).hexdigest()

    def last(self):
        """The last report; raises Failure `no-report` where there is none."""
        if self.collected is None:
            raise Failure("no-report", "there is no report yet", "Send `collect` first.")
        return self.collected

    def do_html(self, request, job):
        self.verified()
        collected = self.last()
        blob = collected.data.dumps()

        def work(child):
            with Environment(self.master.environment):
                measured = self.analyser.reload(blob, collected.config)
            with self.analyser.errors():
                measured.html_report(directory=child.scratch)
            return child.send_files(child.scratch)

        return self.in_child(job, work)

    def do_export(self, request, job):
        self.verified()
        collected = self.last()
        blob = collected.data.dumps()
        rename = Renaming(request["map"])

        def work(child):
            with Environment(self.master.environment):
                measured = self.analyser.reload(blob, collected.config)
            self.analyser.save(measured, os.path.join(child.scratch, ".coverage"), rename)
            report = json.loads(self.analyser.json(measured))
            report["files"] = {rename(path): row for path, row in report["files"].items()}
            with open(os.path.join(child.scratch, "coverage.json"), "w") as file:
                json.dump(report, file)
            return child.send_files(child.scratch)

        return self.in_child(job, work)

    def in_child(self, job, work):
        """Do work in a child, whose lines are passed on as they come, at the reader's pace."""
        base = self.scratch if self.own else self.record.path
        scratch = tempfile.mkdtemp(prefix="report-", dir=base)
        self.scratches.add(scratch)
        child = Child(job, scratch, work)
        try:
            while True:
                if job.channel.queued > OUTPUT_HIGH_WATER:
                    yield Wait(time.monotonic() + POLL_SECONDS)
                    continue
                yield Wait(fds=[child.reader])
                lines = child.take()
                if lines is None:
                    break
                for line in lines:
                    job.channel.send_line(line)
        finally:
            child.close()
            self.scratches.discard(scratch)
        answer = child.answer or {"error": {"kind": "internal", "message": "the child died"}}
        if "error" in answer:
            raise Failure(**answer["error"])
        return answer["ok"]

    def do_read(self, request, job):
        path = request["path"]
        if path not in self.last().paths:
            raise Failure("no-report", f"{path} is not in the last report")
        try:
            with open(path, "rb") as file:
                body = file.read(TEXT_LIMIT + 1)
        except FileNotFoundError:
            raise Failure("no-report", f"{path} is not there any more") from None
        if len(body) > TEXT_LIMIT:
            raise Failure("no-report", f"{path} is larger than {TEXT_LIMIT} bytes")
        return {"text": decode_source(body)}

    def do_prune(self, request, job):
        """Remove settled generations before the one last closed, whose data may be wanted."""
        self.verified()
        if self.own:
            return {"removed": self.own.prune()}
        for name in list_names(self.record.path):  # of a helper that was killed
            path = os.path.join(self.record.path, name)
            if name.startswith("report-") and path not in self.scratches:
                shutil.rmtree(path, ignore_errors=True)
        removed = []
        with Deaths(self.master) as deaths:
            for generation in self.record.generations()[:-2]:
                if generation.settled or look_settled(Roster(generation, deaths, 0)):
                    shutil.rmtree(generation.path)
                    removed.append(generation.number)
        return {"removed": removed}


def choose_master(masters, pid, match):
    """The master of that pid, the one whose command line contains `match`, or the only one."""
    there = [master for master in masters if pid is None or master.pid == pid]
    if not there:
        raise Failure(
            "no-gunicorn",
            "no gunicorn master is running here" + (f" with pid {pid}" if pid else ""),
            "Start the server, or name the service or container that gunicorn runs in.",
        )
    fit = [one for one in there if pid is not None or (match or "") in " ".join(one.argv)]
    if len(fit) == 1:
        return fit[0]
    told = "; ".join("pid {}: {}".format(one.pid, " ".join(one.argv)) for one in fit or there)
    fix = (
        'Name one: master = "…" under [tool.gunicov.server], with a part of its command line that '
        "no other has."
    )
    if fit:
        raise Failure("several-masters", f"several gunicorn masters are running: {told}", fix)
    message = f"no gunicorn master's command line has {match!r} in it: {told}"
    raise Failure("several-masters" if len(there) > 1 else "no-gunicorn", message, fix)


def describe(master, record, own):
    """The answer `master` of `find`."""
    hook = record.exists()
    about = record.master() if hook else {}
    generations = record.generations() if hook else []
    newest = generations[-1] if generations else None
    keys = [
        "gunicorn",
        "coverage",
        "worker_class",
        "workers",
        "threads",
        "preload",
        "coverage_config",
    ]
    return dict(
        {key: about.get(key) for key in keys},
        pid=master.pid,
        start_time=master.start_time,
        uid=master.uid,
        cwd=master.cwd() or about.get("cwd"),
        argv=master.argv,
        interpreter=about.get("executable") or master.interpreter(),
        hook=hook,
        directory=record.path,
        generation=newest.number if newest else None,
        data_directory=own.data.path if own else None,
        warnings=own_warnings(master) if own else about.get("warnings") or [],
        settings=(newest.manifest() or {}).get("settings") or {} if newest else {},
    )


def own_warnings(master):
    """What a server without gunicov's hook does not have (list of str)."""
    found = []
    found.append(
        "the server's own hook writes the coverage data: it is counted and compared with the "
        "workers that exited, but not proved; new code that does not boot ends such a server"
    )
    if not (master.environment or {}).get("PYTHONDONTWRITEBYTECODE"):
        found.append(
            "PYTHONDONTWRITEBYTECODE is not set in the server's environment: after two saves of "
            "the same size within a second its workers may run old code"
        )
    return found


def look_settled(roster):
    """Look at a roster; whether nobody on it is waited for (noted for good if so)."""
    roster.look()
    if not roster.pending():
        roster.generation.settled = True
    return roster.generation.settled


def missing_old(rosters):
    told = (
        "worker {} (pid {})".format(age, roster.pids.get(age) or "?")
        for roster in rosters
        for age in roster.pending()
    )
    return "older workers to end: " + ", ".join(told)


def clock_age(generation):
    """Seconds since a generation was begun."""
    try:
        return time.time() - os.stat(generation.join("manifest.json")).st_mtime
    except OSError:
        return math.inf


def sliced(work):
    """Run a generator in slices of 20 ms, so that other requests are answered meanwhile."""
    until = time.monotonic() + 0.02
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value
        if time.monotonic() > until:
            yield Wait(0.0)
            until = time.monotonic() + 0.02


# ---------------------------------------------------------------- the program


def stop_other_tracer():
    """With COVERAGE_PROCESS_START set, coverage >= 7.13 measures this process too: stop that."""
    module = sys.modules.get("coverage")
    current = getattr(getattr(module, "Coverage", None), "current", None)
    running = current() if current else None
    if running is not None:
        running.stop()


def main():
    """Serve requests until stdin ends. Exits without atexit handlers: none may write here."""
    stop_other_tracer()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the client's to act on
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    sink = os.dup(1)
    os.dup2(2, 1)  # a library's stray print goes to stderr
    os.set_blocking(sink, False)
    channel = Channel(0, sink)
    channel.send(
        {
            "event": "hello",
            "protocol": PROTOCOL,
            "program": "server_helper",
            "pid": os.getpid(),
            "uid": os.geteuid(),
            "executable": sys.executable,
            "python": "{}.{}.{}".format(*sys.version_info[:3]),
        }
    )
    helper = Helper()
    try:
        Loop(channel, helper.start, helper.chores).run()
    finally:
        helper.close()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
