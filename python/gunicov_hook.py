"""gunicorn configuration that measures coverage in every worker and records what it did.

Give it to gunicorn as its config file: `gunicorn -c gunicov_hook.py app:app`, or, without touching
the command line, `GUNICORN_CMD_ARGS="-c /path/to/gunicov_hook.py"`. Settings and hooks of the
user's own gunicorn config keep working: this file executes it and chains its hooks.

The record that it leaves is section 5 of docs/protocol.md. Environment:

GUNICOV                   "0": measure nothing, only pass the user's own config on.
GUNICOV_DIR               where records go; default /tmp/gunicov.
GUNICOV_USER_CONFIG       the user's gunicorn config; default ./gunicorn.conf.py where it exists.
GUNICOV_COVERAGE_CONFIG   coverage.py's rcfile; else COVERAGE_PROCESS_START; else its own search.
GUNICOV_SOURCE            source directories, where coverage's configuration names no source.
GUNICOV_GRACEFUL_TIMEOUT  longest graceful_timeout in seconds; default 2, 0: leave it alone.
GUNICOV_PRELOAD           "0": import no library in the master, see below.
GUNICOV_PRELOAD_EXCLUDE   packages that are never imported there, with commas between.

How it runs: the master executes this file at its start and again at each SIGHUP, so module
globals do not outlive a reload; STATE does, and so do the workers' stamps (`worker._gunicov`).
Generations are chosen in the master only. A worker never deletes what another one wrote.

Libraries that the workers have imported are imported in the master at the next reload, once, so that
from then on a worker's boot imports the project's own code only; compiled code of the project that has
not changed is handed from worker to worker. Neither ever holds anything of another content.

    master   when_ready / on_reload -> gen-N/   pre_fork -> forked/   child_exit -> done/
    worker   post_fork: coverage starts -> load_wsgi -> post_worker_init (ASGI: when the lifespan has
             started): booted/ (or boot-error/) -> first request: served/ -> worker_exit, then the
             last of the exit handlers: data file renamed, then saved/

Where the helper has said what a reload is for, the workers go at once, while the master prepares the next.
"""

import _thread
import ast
import atexit
import contextlib
import copy
import errno
import fcntl
import gc
import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import io
import itertools
import json
import marshal
import os
import platform
import shutil
import signal
import socket
import stat
import sys
import sysconfig
import threading
import time
import traceback
import types
import weakref

import gunicorn
import gunicorn.config
import gunicorn.util

DEFAULT_DIR = "/tmp/gunicov"
HERE = os.path.realpath(__file__)
CHAINED = (
    "on_starting",
    "when_ready",
    "on_reload",
    "pre_fork",
    "post_fork",
    "post_worker_init",
    "pre_request",
    "worker_abort",
    "child_exit",
    "worker_exit",
)
RECORDED_SETTINGS = (
    "bind",
    "workers",
    "threads",
    "timeout",
    "graceful_timeout",
    "keepalive",
    "max_requests",
    "max_requests_jitter",
    "reload",
)
BOOT_ERRORS = (3, 4)  # exit codes of a worker at which gunicorn's master stops
CLOSING_SECONDS = 0.5  # how long an asgi worker waits for a closed listener's connections
LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
LAST_REQUEST_SECONDS = (
    0.1  # how long uvicorn's worker waits at its end for a request on an open connection
)
IMPORT_SECONDS = 0.5  # between two signs of life of a worker that boots
EXIT_SECONDS = 0.5  # how long exit handlers and threads are measured after worker_exit
# How much longer than its workers' graceful_timeout the master waits before it kills them; gevent's
# look at it once a second, and take another one to end what hangs.
KILL_SECONDS, KILL_SECONDS_GREEN = 1, 2
GIVE_WAY_SECONDS = 1
WAIT_SECONDS = 1  # within which old workers' end is noticed at once
# Of version 2, and of 1: the limit, what is used, and what of that is given back when it is wanted.
CGROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
SCARCE_SECONDS = 3  # how long the next workers wait for it where memory is scarce
PRELOAD_TRIES = 8
PRELOAD_SECONDS = 20
# Warnings of coverage's that are a worker's to give.
SILENT = [
    "no-data-collected",
    "module-not-imported",
    "module-not-measured",
    "already-imported",
    "no-sysmon",
]
MEMORY_LIMIT = 1 << 16  # bytes of errors that are kept
MOST_NOTES = 10_000  # paths that a worker has written
# Audit events that tell of a file written, with how many of their values are paths.
WRITING_EVENTS = {
    "open": 1,
    "os.rename": 2,
    "os.remove": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "sqlite3.connect": 1,
}
# What gevent may put its own in the place of later; a watch on exits needs a real thread.
REAL_THREAD, REAL_SLEEP, REAL_LOCK = _thread.start_new_thread, time.sleep, _thread.allocate_lock
REALPATH = os.path.realpath
MONOTONIC = time.monotonic  # what the app's tests may put another clock in the place of


def working_directory():
    """The working directory, or None: it has been removed, or may not be read."""
    try:
        return os.getcwd()
    except OSError:
        return None


class MasterMeasure:
    """What is measured of the project in gunicorn's master; see `measure_master`."""

    def __init__(self, before=()):
        self.here = True  # this process is the master
        self.before = set(before)  # names of modules that a new start would not measure either
        self.coverage = None  # while it measures
        self.traced = {}  # real path -> (path, module, sha256) of what was imported while it measured
        self.start = {}  # (path, its sha256, that of the config that was executed) -> arcs at the master's start
        self.parts = {}  # sha256 of a config that was executed -> what of it concerns the project
        self.tracers = {}  # path -> name of the plugin that it was followed by
        self.plugins = None  # of coverage.py's, at the master's start
        self.config = None  # sha256 of the config that was executed last
        self.ran = {}  # name -> RanHook of the user's hooks that run once
        self.form = None  # (branch, relative_files, context) as set for this generation
        self.owes = False  # its data is part of this generation's
        self.failed = False  # it can't be measured in this generation


def fresh_state():
    """The state of a master at its start."""
    state = types.ModuleType("_gunicov_state")
    # Of this file: another version means other things by the same names.
    state.made_by = sha256_of(HERE)
    state.replaced = False  # another version has just been there, see take_over
    state.started = time.time()
    state.directory = None  # of this master's record
    state.generation = 0
    state.current = None  # directory of the open generation; None where there is no record
    state.user = None  # UserConfig that loaded last without an error
    state.config_error = None  # traceback of the user's config at this reload
    state.errors = []  # of our own steps in the master; they go into master.json
    state.hashes = {}  # real path -> sha256 of the project's source, as it was imported
    state.imported = {}  # path of the project's source -> (absolute path, real path)
    state.real = os.path.realpath  # in a worker a RealPaths of its own
    state.code = {}  # path -> (sha256, code) of the project's, as workers compiled it
    state.compiled = {}  # the same of what this worker has compiled itself
    state.joins = {}  # path -> (sha256, joins) of the project's files, see remember_joins
    state.joined = {}  # the same of what this worker has worked out itself
    state.booting = None  # the worker that this process is, while it boots
    state.imported_at = 0.0  # its last sign of life, by the monotonic clock
    state.known = frozenset()  # names of the modules that a worker is forked with
    state.forked_with = frozenset()  # the same, as long as the worker lives
    state.reload = None, None  # ours in the master, and the user's own
    state.retires = []  # the workers that this reload ends
    # During a reload: the workers whose child_exit of the user's is yet to come.
    state.deferred = None
    state.flushed = None  # directory of the generation whose report comes first, see give_way
    state.leaving = []  # pids of the workers that were told to go before the next ones are there
    state.scarce = False  # memory is: they go one by one, and then the next ones come
    state.tried = set()  # names of libraries' modules that were tried in the master
    state.paths = {}  # what sysconfig.get_paths answers, by its arguments
    state.master = MasterMeasure(set(sys.modules) - {"__config__"})
    state.measures = None  # Measures, where coverage has been started in this process
    state.libraries = {}  # path -> fingerprint of the files of those that are imported there
    state.owner = None  # (uid, gid) of the workers where the master must chown
    state.memory = None  # file descriptor of the errors that may not have got to the disk
    state.graceful_timeout = None  # of the workers; the master's own is longer
    state.oom_kills = None  # of the cgroup, as far as they are accounted for
    state.started_in = working_directory()  # before `chdir` of gunicorn's settings is applied
    return state


def sha256_of(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def master_state():
    """The state that outlives a reload, in a module entry that no config file replaces."""
    fresh, state = fresh_state(), sys.modules.get("_gunicov_state")
    if state is None:
        sys.modules["_gunicov_state"] = state = fresh
    elif (
        state.__dict__.get("made_by") != fresh.made_by
        or not vars(fresh).keys() <= vars(state).keys()
    ):
        take_over(state, fresh)
    return state


# What is plain enough to mean the same in each version, with what it may be.
NAME, NUMBER = (str, type(None)), (int, type(None))
KEPT = {
    "started": float,
    "directory": NAME,
    "generation": int,
    "current": NAME,
    "user": object,  # see renew_user
    "errors": list,
    "hashes": dict,
    "imported": dict,
    "reload": tuple,
    "tried": (set, frozenset),
    "libraries": dict,
    "owner": (tuple, type(None)),
    "memory": NUMBER,
    "graceful_timeout": NUMBER,
    "oom_kills": NUMBER,
    "started_in": NAME,
}


def take_over(state, fresh):
    """Make `state`, which another version of this file has left in a running master, one of ours. What it has run of
    the project in the master is not known then: the workers tell what is missing. Functions of that version may
    still be under way, and have the same object."""
    for name, value in list(vars(fresh).items()):
        before = vars(state).get(name)
        keep = name in KEPT and name in vars(state) and isinstance(before, KEPT[name])
        if not name.startswith("__") and not keep:
            setattr(state, name, value)
    if len(state.reload) != 2:
        state.reload = None, None
    state.hashes = {str(path): digest for path, digest in state.hashes.items()}
    state.imported = {path: (os.path.abspath(path), REALPATH(path)) for path in state.imported}
    state.master.before = set()
    state.replaced = True
    text = (
        "gunicov's hook is another version than the server was started with: start the server anew"
    )
    if text not in state.errors:
        state.errors.append(text)


STATE = master_state()


# ---------------------------------------------------------------- files of the record

COUNTER = itertools.count()


def write_whole(path, data):
    """Make `path` hold the bytes `data`, by rename, so that a reader sees all of it or nothing.

    Takes no lock and never reuses a temporary name: up to gunicorn 23 child_exit runs inside a
    signal handler, perhaps in the middle of another call of this function.
    """
    folder, name = os.path.split(path)
    unfinished = os.path.join(folder, f".{name}.{os.getpid()}.{next(COUNTER)}.tmp")
    with open(unfinished, "wb") as file:
        file.write(data)
    if STATE.owner and os.geteuid() == 0:
        os.chown(unfinished, *STATE.owner)
    os.replace(unfinished, path)


def write_json(path, value):
    write_whole(path, json.dumps(value, sort_keys=True, default=str).encode())


def make_directory(path):
    """Create a private directory that the workers' final user owns."""
    os.mkdir(path, 0o700)
    os.chmod(path, 0o700)  # whatever the umask took away
    if STATE.owner:
        os.chown(path, *STATE.owner)


def process_start_time(pid):
    """Field 22 of /proc/<pid>/stat, in clock ticks since boot; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name in field 2 may hold spaces and parentheses: count from its end.
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def check_base(base):
    """Create the directory of all records, or refuse one in which others could swap ours."""
    if not os.path.isdir(base):
        os.makedirs(os.path.dirname(base) or ".", exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(base)
            # Sticky, as /tmp is: masters of several users share it and can't touch each other's.
            os.chmod(base, 0o1777)
    info = os.lstat(base) if base == DEFAULT_DIR else os.stat(base)
    if not stat.S_ISDIR(info.st_mode) and not stat.S_ISLNK(info.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), base)
    ours = info.st_uid in (0, os.geteuid()) or info.st_mode & stat.S_ISVTX
    if stat.S_ISDIR(info.st_mode) and ours:
        return
    raise PermissionError(f"{base} belongs to another user (uid {info.st_uid}); set GUNICOV_DIR")


def make_record():
    """Create this master's own directory, or take it up again when it is there."""
    base = os.path.abspath(os.environ.get("GUNICOV_DIR") or DEFAULT_DIR)
    check_base(base)
    pid = os.getpid()
    directory = os.path.join(base, f"master-{pid}-{process_start_time(pid)}")
    try:
        make_directory(directory)
    except FileExistsError:
        if os.lstat(directory).st_uid not in (os.geteuid(), (STATE.owner or (0, 0))[0]):
            raise
    STATE.directory = directory


def generation_directory(number):
    return os.path.join(STATE.directory, f"gen-{number:06d}")


def make_generation(number, manifest):
    """Create `gen-…` with everything in it, whole or not at all."""
    unfinished = os.path.join(STATE.directory, f".gen-{number:06d}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_directory(unfinished)
    kinds = "forked booted boot-error part saved served done code joins later wrote children"
    for name in kinds.split():
        make_directory(os.path.join(unfinished, name))
    write_json(os.path.join(unfinished, "manifest.json"), manifest)
    os.rename(unfinished, generation_directory(number))


def newest_on_disk():
    """Number of the newest generation in this master's directory, 0 where there is none."""
    names = [name for name in os.listdir(STATE.directory) if name.startswith("gen-")]
    return max([int(name[4:]) for name in names if name[4:].isdigit()], default=0)


# ---------------------------------------------------------------- errors, where the disk fails


def open_memory():
    """Make the file of errors: in memory, so that a full or read-only disk does not matter. The
    helper finds it as a link in /proc/<master's pid>/fd; workers inherit it and append."""
    if STATE.memory is None and hasattr(os, "memfd_create"):
        STATE.memory = os.memfd_create("gunicov-errors")


def remember_error(step, text, generation, worker):
    """Append one line of JSON to the file of errors (the offset is shared: lines never mix)."""
    if STATE.memory is None:
        return
    facts = {"time": time.time(), "generation": generation, "step": step, "error": text}
    facts.update(age=worker and worker.age, pid=os.getpid())
    if os.fstat(STATE.memory).st_size > MEMORY_LIMIT:
        os.lseek(STATE.memory, 0, os.SEEK_SET)
        os.ftruncate(STATE.memory, 0)
    os.write(STATE.memory, json.dumps(facts).encode()[: MEMORY_LIMIT // 4] + b"\n")


# ---------------------------------------------------------------- the user's own config


class UserConfig:
    """The user's gunicorn config: `exports` (settings by name) and `hooks` (resolved callables).

    `hooks` holds gunicorn's own defaults where the user has none: ours replace those too.
    """

    def __init__(self, path, exports):
        self.path = path
        self.exports = exports
        self.explicit = frozenset(exports)
        trial = gunicorn.config.Config()
        for name, value in exports.items():
            trial.set(name.lower(), value)
        self.hooks = {name: trial.settings[name].get() for name in CHAINED}
        self.trial = trial

    def check(self):
        """Raise what gunicorn would only find when it is too late for the master to live on."""
        uri = self.trial.settings["worker_class"].get()
        if isinstance(uri, str):
            gunicorn.util.load_class(uri)
        self.trial.address  # noqa: B018 - a property that parses `bind`
        self.trial.env  # noqa: B018 - and this one `raw_env`
        if hasattr(self.trial, "validate"):
            with contextlib.redirect_stderr(io.StringIO()):  # gunicorn says it again itself
                self.trial.validate()


def user_config_location():
    """Where the user's own config is (a path, or python:module), or None."""
    named = os.environ.get("GUNICOV_USER_CONFIG")
    if named:
        return named[len("file:") :] if named.startswith("file:") else named
    default = os.path.abspath("gunicorn.conf.py")
    if not os.path.isfile(default) or os.path.samefile(default, HERE):
        return None  # this file may itself be installed under that name
    return default


def execute_config(location):
    """The names that a gunicorn config defines, executed as gunicorn does."""
    if location.startswith("python:"):
        return vars(importlib.import_module(location[len("python:") :]))
    path = os.path.abspath(location)
    loader = importlib.machinery.SourceFileLoader("__config__", path)
    spec = importlib.util.spec_from_file_location("__config__", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["__config__"] = module
    loader.exec_module(module)
    return vars(module)


def renew_user():
    """What another version has left of the user's config, as an object of this one; without that, a config that does
    not load now ends gunicorn, as it does without us."""
    left = STATE.user
    try:
        STATE.user = UserConfig(left.path, dict(left.exports))
    except Exception:  # noqa: BLE001 - whatever that version had there
        STATE.user = None


def load_user_config():
    """Execute the user's config.

    At the first start an error of theirs is raised, and gunicorn ends as it would without us. At a
    reload that would kill the master: the last good settings stay, and the error is recorded.
    """
    STATE.config_error = None
    try:
        location = user_config_location()
        names = execute_config(location) if location else {}
        known = {setting.name for setting in gunicorn.config.KNOWN_SETTINGS}
        config = UserConfig(location, {k: v for k, v in names.items() if k in known})
        if STATE.user:
            config.check()
    except (Exception, SystemExit) as error:
        if STATE.user is None:
            raise
        STATE.config_error = format_failure(error)
    else:
        STATE.user = config
    return STATE.user


# ---------------------------------------------------------------- source, as it is imported


def library_roots():
    """Directories of the standard library and of installed packages."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = [sysconfig.get_path(name) for name in names]
    paths += [os.path.realpath(path) for path in paths if path]
    return tuple({path + os.sep for path in paths if path})


LIBRARY_ROOTS = library_roots()
STDLIB = os.path.dirname(os.__file__) + os.sep
INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)


def is_library_place(folder):
    folder += os.sep
    return folder.startswith(LIBRARY_ROOTS) or any(part in folder for part in INSTALLED)


PROJECT_FOLDERS = {}  # directory -> whether it is the project's


def is_project(path):
    """Whether a source file lies where the project's own do, rather than where libraries are installed.
    A directory that is only linked into a place for libraries is the project's."""
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in PROJECT_FOLDERS:
        there = is_library_place(folder) and is_library_place(REALPATH(folder))
        PROJECT_FOLDERS[folder] = not there
    return PROJECT_FOLDERS[folder]


def is_ours(path, name):
    """Whether a module's file is the project's: by its place, or because coverage measures it."""
    return is_project(path) or (STATE.measures is not None and STATE.measures(path, name))


class Measures:
    """Which files coverage.py measures: its own decision on a module that runs, asked for beforehand.

    `cov` has been started. Where a version has it under another name, whatever might be measured is
    taken to be: that costs time only.
    """

    def __init__(self, cov):
        self.cov = cov
        self.settings = self.deciding()
        before = (
            STATE.measures
        )  # of the process that this one was forked from: each decision takes 0.1 ms
        same = before is not None and before.settings == self.settings
        self.decided = dict(before.decided) if same else {}
        self.busy = False  # coverage may import a package to decide; its own decisions then count
        try:
            self.inorout = copy.copy(cov._inorout)
            # It notes here which packages have come; what has been asked for has not come.
            self.inorout.source_pkgs_unmatched = list(self.inorout.source_pkgs_unmatched)
            self.decide(os.__file__, "os")
        except (AttributeError, TypeError):
            self.inorout = None
        names = ("source", "source_pkgs", "source_dirs", "include", "cover_pylib")
        self.any = any(option(cov, f"run:{name}") for name in names)

    def deciding(self):
        """All that a decision depends on."""
        names = (
            "source",
            "source_pkgs",
            "source_dirs",
            "include",
            "omit",
            "cover_pylib",
            "plugins",
        )
        found = [option(self.cov, f"run:{name}") for name in names]
        return repr([*found, sys.path if any(found[:2]) else None])

    def decide_all(self):
        """Decide on all modules that are here, for processes that are forked from this one."""
        if self.settings != self.deciding():
            self.settings, self.decided = self.deciding(), {}
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str):
                self(path, name)

    def __call__(self, path, name):
        key = path, name
        if key not in self.decided:
            if self.busy:
                return False
            self.busy = True
            try:
                self.decided[key] = self.decide(path, name)
            finally:
                self.busy = False
        return self.decided[key]

    def decide(self, path, name):
        if self.inorout is None:
            return self.any and not path.startswith(STDLIB)
        frame = types.SimpleNamespace(f_globals={"__name__": name, "__file__": path})
        found = self.inorout.should_trace(path, frame)
        # Of what a plugin follows to find other files (Django's template engine) no line is measured itself.
        return bool(found.trace) and not getattr(found, "has_dynamic_filename", False)


class RealPaths:
    """os.path.realpath of many files: the links in a directory's path are followed once, not for each
    of its files. For a worker's life, or a piece of work in it."""

    def __init__(self):
        self.folders = {}

    def __call__(self, path):
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or not os.path.isabs(path):
            return REALPATH(path)
        if folder not in self.folders:
            self.folders[folder] = REALPATH(folder)
        whole = os.path.join(self.folders[folder], name)
        return REALPATH(whole) if os.path.islink(whole) else whole


def get_project_code(loader, fullname):
    """SourceFileLoader.get_code that neither reads nor writes bytecode of the project's own code, nor of
    what is measured.

    A .pyc is keyed by its source's whole second and size: after an edit of the same size within a
    second it would bring the old code back. Libraries keep theirs, for speed. The loader's method is
    replaced, not a path hook added, because code also comes in through spec_from_file_location
    (editable installs, plugins). It sees the very bytes that are compiled, so their hash is exact.
    """
    path = loader.get_filename(fullname)
    if not is_ours(path, fullname):
        return super(importlib.machinery.SourceFileLoader, loader).get_code(fullname)
    source = loader.get_data(path)
    digest = hashlib.sha256(source).hexdigest()
    real = STATE.real(path)
    if real != HERE:
        STATE.hashes[real] = digest
        STATE.imported[path] = (os.path.abspath(path), real)
        tell_coverage(path, real)
        note_in_master(path, fullname, real, digest)
    known = STATE.code.get(path)
    if known and known[0] == digest:
        tell_import()
        return marshal.loads(known[1]) if isinstance(known[1], bytes) else known[1]
    tell_import()
    code = loader.source_to_code(source, path)
    if real == HERE:  # executed in the master at each reload
        STATE.code[path] = (digest, code)
    else:
        STATE.compiled[path] = (digest, code)
    return code


def tell_import():
    """In a worker that boots: give a sign of life, at most once in IMPORT_SECONDS, to the helper (by the
    time of its file on the roster) and to gunicorn, whose `timeout` counts from the fork: a boot takes
    longer when it is measured, but one that hangs gives none."""
    worker, now = STATE.booting, time.monotonic()
    if worker is None or now - STATE.imported_at < IMPORT_SECONDS:
        return
    STATE.imported_at = now
    worker.notify()
    if worker._gunicov.directory:
        with contextlib.suppress(OSError):
            os.utime(worker._gunicov.path("forked"))


def tell_coverage(path, real):
    """Put a file's real path where coverage would keep it once it had found it out itself."""
    names = getattr(sys.modules.get("coverage.files"), "CANONICAL_FILENAME_CACHE", None)
    if isinstance(names, dict) and os.path.isabs(path):
        names[path] = real


def import_from_source():
    importlib.machinery.SourceFileLoader.get_code = get_project_code


def loaded_project_files():
    """Files of the project's modules that this process has loaded, as named and as real paths."""
    paths = set(STATE.hashes)
    command = sys.modules["__main__"]  # gunicorn's own script, under whatever names it has
    for name, module in list(sys.modules.items()):
        path = module is not command and getattr(module, "__file__", None)
        if not isinstance(path, str):
            continue
        if path in STATE.imported:
            paths.update(STATE.imported[path])
        elif is_ours(path, name):
            paths.update((os.path.abspath(path), os.path.realpath(path)))
            archive = getattr(getattr(module, "__loader__", None), "archive", None)
            if isinstance(archive, str):  # a zip: that is what changes
                paths.update((os.path.abspath(archive), os.path.realpath(archive)))
    paths.discard(HERE)
    return sorted(paths)


def note_archived():
    """Note the hashes of what has come out of a zip (by path, as if that were a directory) and is ours."""
    for name, module in list(sys.modules.items()):
        loader, path = getattr(module, "__loader__", None), getattr(module, "__file__", None)
        if not hasattr(loader, "archive") or path in STATE.imported or not is_ours(path, name):
            continue
        with contextlib.suppress(Exception):  # whatever a loader of somebody's own does
            STATE.hashes[os.path.realpath(path)] = hashlib.sha256(loader.get_data(path)).hexdigest()


def tell_compiled(mine):
    """Leave what this worker has compiled to the next ones: one line of JSON with the place of each
    code in the bytes after it. The master, which may have more rights, only cuts it up."""
    if not STATE.compiled or not mine.directory:
        return
    index, body = {}, bytearray()
    for path, (digest, code) in STATE.compiled.items():
        data = marshal.dumps(code)
        index[path] = [digest, len(body), len(data)]
        body += data
    write_whole(mine.path("code"), json.dumps(index).encode() + b"\n" + bytes(body))


def take_compiled(folder):
    """In the master: what the workers of the generation that ends have compiled. A file's newest
    code takes the place of an older one, so that there is one for each file.

    Workers of the master's own user are believed: the code is made here, once for all that are forked.
    """
    make = bytes if STATE.owner else marshal.loads
    for name in os.listdir(os.path.join(folder, "code")):
        if not name.isdigit():
            continue
        with open(os.path.join(folder, "code", name), "rb") as file:
            head, _, body = file.read().partition(b"\n")
        for path, (digest, start, size) in json.loads(head).items():
            if path not in STATE.code or STATE.code[path][0] != digest:
                STATE.code[path] = (digest, make(body[start : start + size]))


def remember_joins():
    """Have coverage's tracer of Python 3.14 (sysmon) find what it works out of a file at its first branch, which
    lines are one statement, where an earlier worker has told it: it reads the file's tokens for that, 0.4 ms each."""
    tracer = sys.modules.get("coverage.sysmon")
    work_out = getattr(tracer, "compute_multiline_map", None)
    if work_out is None:
        return

    def compute_multiline_map(path):
        digest = STATE.hashes.get(STATE.imported.get(path, (path, path))[1])
        known = STATE.joins.get(path)
        if digest and known and known[0] == digest:
            return known[1]
        same = digest and digest_of(path) == digest
        joins = work_out(path)
        if same and digest_of(path) == digest:  # else it has been of other bytes than run here
            STATE.joined[path] = (digest, joins)
        return joins

    tracer.compute_multiline_map = compute_multiline_map


def digest_of(path):
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
    return None


def tell_joins(mine):
    if STATE.joined and mine.directory:
        told = {
            path: (digest, list(joins.items())) for path, (digest, joins) in STATE.joined.items()
        }
        write_whole(mine.path("joins"), json.dumps(told).encode())


def take_joins(folder):
    """In the master, as take_compiled."""
    for name in os.listdir(os.path.join(folder, "joins")):
        if name.isdigit():
            with open(os.path.join(folder, "joins", name), "rb") as file:
                told = json.loads(file.read())
            STATE.joins.update(
                {path: (digest, dict(joins)) for path, (digest, joins) in told.items()}
            )


# ---------------------------------------------------------------- libraries, imported in the master


def imported_libraries():
    """[[name, file]] of the libraries' modules that this worker has imported itself, in that order."""
    found = []
    new = [each for each in list(sys.modules.items()) if each[0] not in STATE.known]
    for name, module in new:
        spec = getattr(module, "__spec__", None)
        path = getattr(spec, "origin", None)
        if spec is None or spec.name != name or not isinstance(path, str):
            continue
        if path not in STATE.imported and os.path.isabs(path) and not is_ours(path, name):
            found.append([name, path])
    return found


def preload(server):
    """Import in the master what the workers of the generation that ends have imported, where that is
    safe: not for green threads, whose library must patch the others before they are imported."""
    cfg = server.cfg
    if os.environ.get("GUNICOV_PRELOAD") == "0" or cfg.preload_app or STATE.current is None:
        return
    wanted = {}
    # The workers that end now say later what they have imported while serving: those before them have.
    for path in (
        *told_files(STATE.current, "booted"),
        *told_files(generation_directory(STATE.generation - 1), "later"),
    ):
        with open(path, "rb") as file:
            wanted.update(json.load(file).get("libraries", ()))
    if green_library(cfg.worker_class) or {"gevent", "eventlet"} & {*wanted, *sys.modules}:
        return
    left = {name: path for name, path in wanted.items() if is_preloadable(name)}
    STATE.tried.update(left)
    before = set(sys.modules)
    for name in try_imports(left):
        importlib.import_module(name)
    for name in set(sys.modules) - before:
        path = getattr(sys.modules[name], "__file__", None)
        if isinstance(path, str):
            STATE.libraries[path] = fingerprint(path)
    if left:
        gc.collect()
        gc.freeze()  # collections in the workers then leave these pages shared


def told_files(generation, kind):
    folder = os.path.join(generation, kind)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in names if name[0] != "."]


def is_preloadable(name):
    """Whether a library's module may be tried: it is new and not excluded."""
    if name in STATE.tried or name in sys.modules:
        return False
    excluded = os.environ.get("GUNICOV_PRELOAD_EXCLUDE", "").split(",")
    packages = [word.strip() for word in excluded if word.strip()]
    return not any(name == each or name.startswith(each + ".") for each in packages)


def fingerprint(path):
    """What changes when a file is written anew, or None where it is gone."""
    try:
        about = os.stat(path)
    except OSError:
        return None
    return [about.st_mtime_ns, about.st_size]


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
    """The first of these modules whose import starts a thread, keeps a descriptor open, takes a
    signal, imports code of the project, runs what coverage measures, fails, or brings another file than
    the workers had. None: all are safe. True: one runs what is measured, which is only looked for
    `one_by_one`.
    """
    cov = start_trial()
    before = process_traits()
    for name, path in left.items():
        try:
            module = importlib.import_module(name)
            if module.__spec__.origin != path or process_traits() != before:
                return name
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
        with quick_start(cov):
            cov.start()
        STATE.measures = Measures(cov)
    find_no_files(cov)
    return cov


def only_measure(cov):
    """Keep a Coverage of ours in the master from all else that a configuration may ask of it."""
    cov.set_option("run:concurrency", ["thread"])
    cov.set_option("run:disable_warnings", SILENT)
    for name, value in (("sigterm", False), ("patch", [])):  # patch is known from 7.10 on
        with contextlib.suppress(Exception):
            cov.set_option(f"run:{name}", value)


def find_no_files(cov):
    """Keep a Coverage from looking through its source directories for what nobody imported: workers do."""
    with contextlib.suppress(AttributeError):
        cov._inorout.find_possibly_unexecuted_files = lambda: ()


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
        threading.active_count(),
        sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None,
        handlers,
        loaded_project_files(),
        list(sys.path),
    )


# ---------------------------------------------------------------- an app that does not import

MACHINERY = (
    os.path.dirname(importlib.__file__) + os.sep,
    os.path.dirname(gunicorn.__file__) + os.sep,
    "<frozen importlib",
)


def drop_machinery(report):
    """Leave out frames of the import system, gunicorn and this file, in causes and contexts too."""
    seen = set()
    reports = [report]
    while reports:
        each = reports.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        kept = [
            frame
            for frame in each.stack
            if not frame.filename.startswith(MACHINERY) and os.path.realpath(frame.filename) != HERE
        ]
        each.stack = traceback.StackSummary.from_list(kept)
        reports += [each.__cause__, each.__context__]


def format_failure(error):
    """The traceback of `error`, as text that can always be encoded."""
    report = traceback.TracebackException(type(error), error, error.__traceback__)
    drop_machinery(report)
    return "".join(report.format()).encode("utf-8", "backslashreplace").decode()


def make_asgi_fail_app(text):
    """gunicorn.util.make_fail_app for ASGI: a 500 with `text` for every request."""
    body = text.encode()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        elif scope["type"] == "http":
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ]
            await send({"type": "http.response.start", "status": 500, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1011})

    return app


def speaks_asgi(worker):
    modules = [cls.__module__ for cls in type(worker).__mro__]
    return any("uvicorn" in name or "asgi" in name for name in modules)


def tell_failure(worker, what, text):
    """Record that the app does not boot."""
    worker._gunicov.boot_failed = True
    worker.log.error("gunicov: %s\n%s", what, text)
    attempt(worker, record_failure, worker, text)


def serve_failure(worker, error):
    """Record that the app failed to import, and answer each request with its traceback."""
    text = format_failure(error)
    tell_failure(worker, "the app does not import; serving its traceback", text)
    if speaks_asgi(worker):
        worker.asgi = worker.wsgi = make_asgi_fail_app(text)
    else:
        worker.wsgi = gunicorn.util.make_fail_app(text)


def record_failure(worker, text):
    worker._gunicov.note("boot-error", os.getpid(), traceback=text)


def guard_load(worker):
    """Wrap worker.load_wsgi: an app that fails to import would take the master with it."""
    load = worker.load_wsgi

    def load_wsgi():
        attempt(worker, exit_on_sigterm, worker)
        attempt(worker, answer_last_requests)
        attempt(worker, outlive_loop, worker)
        try:
            with leaves_at_once(worker), layered_app(worker):
                load()
        except BaseException as error:
            if isinstance(error, SystemExit) and not worker.alive:
                raise  # gunicorn's own, on quit or abort, or ours
            serve_failure(worker, error)
        else:
            attempt(worker, settle_layer, worker)

    worker.load_wsgi = load_wsgi


@contextlib.contextmanager
def leaves_at_once(worker):
    """SIGTERM ends a worker that is importing: gunicorn's own handler waits for the import's end,
    which may never come."""
    usual = signal.getsignal(signal.SIGTERM)

    def leave(*_):
        worker.alive = False
        sys.exit(0)

    if usual is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is leave:
            signal.signal(signal.SIGTERM, usual)


def guard_boot(worker):
    """Wrap worker.init_process: exit codes with which a worker says that it does not boot would
    end the master. Such a worker stays, serving nothing, until it is told to leave."""
    init = worker.init_process

    def init_process():
        try:
            init()
        except (SystemExit, Exception) as error:
            if isinstance(error, SystemExit):
                if error.code not in BOOT_ERRORS:
                    raise
            elif worker.booted:
                raise  # it crashed while serving
            if worker.alive:
                text = format_failure(error)
                tell_failure(worker, "the worker does not boot; it waits for a reload", text)
                wait_for_reload(worker)
            sys.exit(0)

    worker.init_process = init_process


def wait_for_reload(worker):
    def leave(*_):
        worker.alive = False

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, leave)
    while worker.alive and worker.ppid == os.getppid():
        worker.notify()
        time.sleep(0.1)


def guard_exit(worker):
    """Wrap os._exit in the worker, which runs no exit hooks: the record tells who called it."""
    leave, pid = os._exit, os.getpid()
    known = weakref.ref(worker)  # the module os outlives the app, whose objects must end before it

    def _exit(status):
        if os.getpid() == pid:  # not in a process that the worker has forked
            worker = known()
            mine = worker and worker._gunicov
            if mine and (mine.leaving or mine.saves_at_exit()):
                attempt(worker, save_worker, worker)
            elif mine and not mine.finished:
                attempt(worker, record_exit, worker, status)
            if status in BOOT_ERRORS:
                status = 1  # those end the master
        else:
            with contextlib.suppress(Exception):
                tell_fork_ended(known()._gunicov)
        leave(status)

    os._exit = _exit


def record_exit(worker, status):
    worker._gunicov.note("done", os.getpid(), cause=f"os._exit({status!r})")


def bound_closing(worker):
    """Bound the wait for a listener's end in gunicorn's asgi worker: version 24 waits without a limit,
    and from Python 3.12 on that is until the last idle connection is gone."""
    shutdown = getattr(worker, "_shutdown", None)
    if not inspect.iscoroutinefunction(shutdown):
        return

    async def bounded():
        for server in getattr(worker, "servers", []):
            with contextlib.suppress(AttributeError):  # uvloop's, which waits for none
                server.wait_closed = briefly(server.wait_closed)
        await shutdown()

    worker._shutdown = bounded


def briefly(wait):
    import asyncio

    async def waited():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(wait(), CLOSING_SECONDS)

    return waited


def record_abort(worker):
    """gunicorn's SIGABRT: what the worker was doing is cut off, so what it may save yet is not whole."""
    if os.getpid() == worker._gunicov.pid:
        worker._gunicov.aborted = True
        worker._gunicov.note("done", os.getpid(), cause="timeout")


def exit_on_sigterm(worker):
    """Have SIGTERM run the exit hooks where the worker class left it at its default (uvicorn's)."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def leave(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # gunicorn says it more than once
        worker.alive = False
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)


def outlive_loop(worker):
    """An event loop that is closed takes its signal handlers away: a second SIGTERM would kill gunicorn's asgi
    worker before it has saved. It is leaving by then."""
    loop = getattr(worker, "loop", None)
    if not hasattr(loop, "close") or "close" in vars(loop):
        return
    usual, known = (
        type(loop).close,
        weakref.ref(loop),
    )  # no circle: what is in it would end too late

    def close():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, LEAVE_SIGNALS)
        try:
            usual(known())
        finally:
            for number in LEAVE_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    loop.close = close


# ---------------------------------------------------------------- the end of uvicorn's worker


def answer_last_requests():
    """Have uvicorn lose no request at a worker's end. It closes whatever connection has no request at that
    moment: one that was accepted a moment ago, and one whose next request is on its way. And one that is accepted
    meanwhile stays open: its client keeps the worker until graceful_timeout cuts off what runs then."""
    uvicorn = sys.modules.get("uvicorn.server")
    usual = getattr(getattr(uvicorn, "Server", None), "shutdown", None)
    if not inspect.iscoroutinefunction(usual):
        return

    async def shutdown(server, sockets=None):
        try:
            await finish_connections(server, sockets)
        except Exception:
            with contextlib.suppress(Exception):
                uvicorn.logger.exception("gunicov: connections are closed at once")
        await usual(server, sockets=sockets)

    uvicorn.Server.shutdown = shutdown


async def finish_connections(server, sockets):
    """Accept no more, and tell each client with its next answer that its connection ends. Those that ask for
    nothing are left to uvicorn after LAST_REQUEST_SECONDS, those that wait for their answer at once."""
    import asyncio

    for listener in (*server.servers, *(sockets or ())):
        listener.close()
    for _ in range(4):  # steps of the loop from accept() to a connection that uvicorn knows
        await asyncio.sleep(0)
    last = [(b"connection", b"close")]
    state = server.server_state
    state.default_headers = [*state.default_headers, *last]
    until = time.monotonic() + LAST_REQUEST_SECONDS
    while True:
        cycles = [each.cycle for each in state.connections if hasattr(each, "cycle")]
        for cycle in cycles:
            if cycle and not cycle.response_started and last[0] not in cycle.default_headers:
                cycle.default_headers = [*cycle.default_headers, *last]
        idle = any(cycle is None or cycle.response_complete for cycle in cycles)
        if not idle or time.monotonic() > until:
            return
        await asyncio.sleep(0.005)


# ---------------------------------------------------------------- a layer around the app

# Worker classes of these modules give each request to the app that they have loaded.
CALLERS = ("gunicorn.workers.", "aiohttp.worker", "uvicorn.workers", "uvicorn_worker")


@contextlib.contextmanager
def layered_app(worker):
    """While the app is loaded, whoever asks gunicorn for it gets it in a layer that counts its requests:
    a worker class may keep it anywhere."""
    owner, load = worker.app, worker.app.wsgi

    def wsgi():
        owner.callable = app = layer(worker, load())
        return app

    owner.wsgi = wsgi
    try:
        yield
    finally:
        vars(owner).pop("wsgi", None)  # a circle of ours would have the app's objects end later


def settle_layer(worker):
    """See to it that what the worker will serve has a layer also where it was loaded in a way of its own."""
    mine = worker._gunicov
    name = "asgi" if hasattr(worker, "asgi") else "wsgi"
    if not mine.layered and hasattr(worker, name):
        setattr(worker, name, layer(worker, getattr(worker, name)))
    mine.counts_requests = mine.layered and calls_app(worker)


def calls_app(worker):
    """Whether the worker runs by a loop that is known to give each request to the app."""
    runs = next(cls for cls in type(worker).__mro__ if "run" in vars(cls))
    return runs.__module__.startswith(CALLERS)


def layer(worker, app, later=False):
    """The app with a layer around it, or as it is where that can't be: then nobody counts its requests.
    `later`: it was made after the worker's boot."""
    layered = None
    with contextlib.suppress(Exception):
        layered = layer_of(worker, app, later)
    worker._gunicov.layered = layered is not None
    return app if layered is None else layered


def layer_of(worker, app, later):
    """The app with its layer, or None."""
    if isinstance(app, kind("tornado.web", "Application")):
        return count_found(worker, app)
    if isinstance(app, kind("aiohttp.web", "AppRunner")):
        return count_handled(worker, app.app) and app
    if isinstance(app, kind("aiohttp.web", "Application")):
        return count_handled(worker, app)
    if issubclass(type(app), Layer):
        return app
    if speaks_asgi(worker) and is_asgi(app):
        return Watched(worker, app, later)
    return Layer(worker, app) if callable(app) else None


def kind(module, name):
    """A class of a library, where that is loaded: else one that has no objects."""
    return getattr(sys.modules.get(module), name, ())


def counter(worker):
    """Counts one request each time it is called. It holds no worker: the app, which holds it, has to end as
    it does without a layer."""
    mine, known = worker._gunicov, weakref.ref(worker)

    def count():
        worker = known()
        if worker:
            attempt(worker, count_request, mine)

    return count


def count_found(worker, app):
    """A tornado Application, its requests counted: each asks for its handler once."""
    if "_gunicov" not in vars(app):
        find, count = app.find_handler, counter(worker)
        app._gunicov = True

        def find_handler(*args, **named):
            count()
            return find(*args, **named)

        app.find_handler = find_handler
    return app


def count_handled(worker, app):
    """An aiohttp Application, its requests counted by its first middleware; None where it takes none any more."""
    names = [getattr(each, "__name__", "") for each in app.middlewares]
    if "gunicov_counts" in names:
        return app
    if app.frozen:
        return None
    count = counter(worker)

    async def gunicov_counts(request, handler):
        count()
        return await handler(request)

    app.middlewares.insert(0, sys.modules["aiohttp.web"].middleware(gunicov_counts))
    return app


class Layer:
    """An app whose requests are counted. To whoever looks at it, it is the app itself."""

    def __init__(self, worker, app):
        own = {"app": app, "count": counter(worker), "worker": weakref.ref(worker)}
        object.__setattr__(self, "_gunicov", types.SimpleNamespace(**own))

    def __call__(self, *args, **named):
        own = self._gunicov
        if not args and not named:
            return self.make()
        scope = args[0] if args else named.get("scope")
        if not (isinstance(scope, dict) and scope.get("type") == "lifespan"):
            own.count()
        return own.app(*args, **named)

    def make(self):
        """It is a factory: what it makes is the app, or (aiohttp's) a coroutine of that."""
        made, worker = self._gunicov.app(), self._gunicov.worker()
        if not inspect.iscoroutine(made):
            return layer(worker, made, later=True)

        async def wait():
            return layer(worker, await made, later=True)

        return wait()

    @property
    def __class__(self):
        return self._gunicov.app.__class__

    def __getattr__(self, name):
        return getattr(self._gunicov.app, name)

    def __setattr__(self, name, value):
        setattr(self._gunicov.app, name, value)

    def __delattr__(self, name):
        delattr(self._gunicov.app, name)

    def __repr__(self):
        return repr(self._gunicov.app)


# ---------------------------------------------------------------- an ASGI app's startup


def is_asgi(app):
    """Whether `app` is ASGI 3, as uvicorn tells it: a coroutine function, or called as one."""
    if inspect.isclass(app):
        return False
    call = app if inspect.isfunction(app) else getattr(app, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(call)


def lifespan_mode(worker):
    """on, off or auto, as the worker class has it."""
    config = getattr(worker, "config", None)
    return getattr(config, "lifespan", None) or getattr(worker.cfg, "asgi_lifespan", "auto")


class Watched(Layer):
    """An ASGI app whose startup is part of its boot, too.

    A startup that fails would end the master: the server is told that it is complete, and each
    request is answered with the failure.
    """

    def __init__(self, worker, app, later):
        super().__init__(worker, app)
        own, mode = self._gunicov, lifespan_mode(worker)
        own.mine, own.required = worker._gunicov, mode == "on"
        own.mine.starts_later = mode != "off" and not later

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await live(self._gunicov, scope, receive, send)
            return
        has_started(self._gunicov)
        self._gunicov.count()
        await self._gunicov.app(scope, receive, send)


def has_started(own):
    if own.mine.starts_later:
        own.mine.starts_later = False
        worker = own.worker()
        attempt(worker, record_boot, worker)


def fail_to_start(own, text):
    own.mine.starts_later = False
    tell_failure(own.worker(), "the app's lifespan does not start; serving its failure", text)
    own.app = make_asgi_fail_app(text)


async def live(own, scope, receive, send):
    """The lifespan of a Watched app, given what that knows of itself."""
    mine = own.mine

    async def watched(message):
        if message["type"] == "lifespan.startup.failed":
            fail_to_start(own, message.get("message") or "the app sent lifespan.startup.failed")
            return
        if message["type"] == "lifespan.startup.complete":
            has_started(own)
        await send(message)

    try:
        await own.app(scope, receive, watched)
    except Exception as error:
        if not mine.boot_failed and mine.starts_later and own.required:
            fail_to_start(own, format_failure(error))
        if not mine.boot_failed:
            has_started(own)  # in the mode auto it only says that the app knows no lifespan
            raise
    if mine.boot_failed:
        await send({"type": "lifespan.startup.complete"})
        while (await receive())["type"] != "lifespan.shutdown":
            pass
        await send({"type": "lifespan.shutdown.complete"})


# ---------------------------------------------------------------- coverage in a worker


def coverage_config():
    """What to give coverage.py as config_file: a path, or True for its own search."""
    return (
        os.environ.get("GUNICOV_COVERAGE_CONFIG")
        or os.environ.get("COVERAGE_PROCESS_START")
        or True
    )


def configured_sources(cov):
    """Apply GUNICOV_SOURCE where the configuration names no source. Returns what is measured."""
    for name in ("run:source", "run:source_pkgs", "run:source_dirs", "run:include"):
        if option(cov, name):
            return option(cov, name)
    wanted = [p for p in os.environ.get("GUNICOV_SOURCE", "").split(os.pathsep) if p]
    if wanted:
        cov.set_option("run:source", wanted)
    return wanted


@contextlib.contextmanager
def where_started():
    """Be where gunicorn was started. From there coverage.py, run from the command line, searches its
    configuration and counts relative paths; `chdir` of gunicorn's settings comes later."""
    here, there = working_directory(), STATE.started_in
    if there in (None, here):
        yield
        return
    os.chdir(there)
    try:
        yield
    finally:
        if here:
            os.chdir(here)


def telling(coverage):
    """The class Coverage, whose warnings are also kept, and which is watched till it stops."""

    class Telling(coverage.Coverage):
        watch = None  # TracerWatch

        def _warn(self, msg, slug=None, *args, **named):
            # Before all else, also before its own __init__ has ended.
            vars(self).setdefault("told", []).append([slug, msg])
            super()._warn(msg, slug, *args, **named)

        def stop(self):  # its own exit handler calls it, too, before ours
            if self.watch:
                self.watch.look()
            super().stop()

    return Telling


def told_warnings(cov):
    """[[slug or None, text]] of what coverage has warned of, each once, with those that the
    configuration disables: they may say that the data is wrong."""
    told = vars(cov).get("told") or []
    return [list(one) for one in dict.fromkeys(map(tuple, told)) if one[0] != "no-data-collected"]


def option(cov, name):
    """A setting of coverage's; None where this version does not know it."""
    try:
        return cov.get_option(name)
    except Exception:  # noqa: BLE001 - its class is another one in each version
        return None


def make_coverage(data_file):
    """A Coverage as the user configured it, writing to `data_file`."""
    import coverage

    # With a suffix, because a process that the worker forks may save, too.
    suffix = True if data_file else None
    cov = telling(coverage)(data_file=data_file, data_suffix=suffix, config_file=coverage_config())
    if data_file is None:  # else it makes the configured file's directory, or fails to
        cov.set_option("run:data_file", ".coverage")
    configured_sources(cov)
    # This file's own functions run in the worker, and must not show up among the user's.
    cov.set_option("run:omit", [*(cov.get_option("run:omit") or []), HERE])
    # A worker that served nothing is an everyday thing here, and saved/ says so.
    quiet = cov.get_option("run:disable_warnings") or []
    cov.set_option("run:disable_warnings", [*quiet, "no-data-collected"])
    return cov


def green_library(worker_class):
    """The library of a worker class's green threads, or None."""
    names = {cls.__module__ for cls in worker_class.__mro__}
    known = {"gunicorn.workers.ggevent": "gevent", "gunicorn.workers.geventlet": "eventlet"}
    return next((known[name] for name in sorted(names & set(known))), None)


def fit_concurrency(cov, worker):
    """Add the green threads of the worker class to coverage's own setting."""
    library = green_library(type(worker))
    chosen = list(cov.get_option("run:concurrency") or [])
    if library and not {"gevent", "eventlet", "greenlet"} & set(chosen):
        cov.set_option("run:concurrency", [*chosen, library])


def stop_other_tracer():
    """Stop a tracer inherited from the master (coverage's .pth, or `coverage run`), and keep it
    from writing at exit what it saw in the master: two tracers would spoil each other's data."""
    import coverage

    while coverage.Coverage.current() is not None:
        other = coverage.Coverage.current()
        other.stop()
        other._auto_save = False


class TracerWatch:
    """What becomes of the means by which coverage follows a worker. Its C tracer, unlike the one in Python,
    does not notice when somebody takes the trace function away, and neither notices it in other threads."""

    def __init__(self):
        """To be made right after coverage has started, in the thread in which it has."""
        self.pid, self.thread = os.getpid(), _thread.get_ident()
        self.function, self.hook, self.tools = sys.gettrace(), thread_hook(), monitoring_tools()
        self.callers = {}  # place -> None
        self.found = []
        self.own = os.path.dirname(sys.modules["coverage"].__file__) + os.sep
        self.on = True
        if self.function is not None:
            sys.addaudithook(self.hear)  # it stays as long as the process

    def hear(self, event, _):
        if event == "sys.settrace" and self.on and os.getpid() == self.pid:
            self.note(sys._getframe(1))

    def note(self, frame):
        code = frame.f_code
        if code.co_filename.startswith(self.own):
            return
        if code.co_filename == threading.__file__ and thread_hook() == self.hook:
            return  # a new thread takes coverage's
        if len(self.callers) < 10:
            place = f"{code.co_filename}:{frame.f_lineno}"
            self.callers.setdefault(place)

    def look(self):
        """See what is not as coverage has set it; to be called before it stops."""
        if not self.on:
            return
        self.on = False
        found = []
        if self.callers:
            found.append("sys.settrace was called at " + ", ".join(self.callers))
        elif _thread.get_ident() == self.thread and self.function != sys.gettrace():
            found.append(f"the trace function is {name_of(sys.gettrace())} at its end")
        if self.hook != thread_hook():
            found.append(f"threading.settrace was called, with {name_of(thread_hook())}")
        if monitoring_tools() != self.tools:
            found.append("coverage's place in sys.monitoring was taken away or changed")
        self.found = found


def name_of(function):
    return getattr(function, "__qualname__", type(function).__qualname__)


def thread_hook():
    """The trace function of threads to come, or None."""
    return getattr(threading, "_trace_hook", None)


def monitoring_tools():
    """{number: events} of coverage's places in sys.monitoring (from Python 3.12 on)."""
    monitoring = getattr(sys, "monitoring", None)
    numbers = range(6) if monitoring else ()
    return {n: monitoring.get_events(n) for n in numbers if monitoring.get_tool(n) == "coverage.py"}


class WorkerRecord:
    """What one worker measures and where it records it; made in the master by pre_fork.

    `directory` is its generation's, None where no record could be made: then nothing is measured.
    """

    def __init__(self, age, directory, generation):
        self.age = age
        self.directory = directory
        self.generation = generation
        self.pid = None
        self.coverage = None
        self.starts_later = False  # post_worker_init is not yet the end of its boot
        self.layered = False  # there is a layer around the app, which counts its requests
        self.counts_requests = False  # and the worker class is known to call it: no count is none
        self.leaving = False  # worker_exit has come
        self.aborted = False  # by gunicorn, at its timeout
        self.saving = REAL_LOCK()
        self.late = None  # what was still running when the data was saved
        self.error = None
        self.boot_failed = False
        self.finished = False
        self.told = {}  # the hashes that are in booted/
        self.inherited = {}  # the hashes that the master had
        self.unmeasured = []  # the project's files that it imported, where coverage has no data at all
        self.forked_at = time.time()
        self.requests = 0
        self.last_request = None  # when it came, by the monotonic clock
        self.request_numbers = itertools.count(1)

    def path(self, kind, suffix=""):
        return os.path.join(self.directory, kind, f"{self.age}{suffix}")

    def saves_at_exit(self):
        """Whether coverage's configuration asks for data at os._exit (from 7.10 on)."""
        return self.coverage is not None and "_exit" in (option(self.coverage, "run:patch") or [])

    def has_saved(self):
        return bool(self.directory) and os.path.exists(self.path("saved", ".json"))

    def mark(self, kind, data=b""):
        """Write `<kind>/<age>`."""
        if self.directory:
            write_whole(self.path(kind), data)

    def note(self, kind, pid, **facts):
        """Write `<kind>/<age>.json`."""
        if self.directory:
            facts.update(age=self.age, pid=pid, time=time.time())
            write_json(self.path(kind, ".json"), facts)


def start_coverage(worker):
    mine = worker._gunicov
    importlib.invalidate_caches()  # the master's listing of a directory may be older than a save
    if "coverage" not in sys.modules or not mine.directory:
        return
    stop_other_tracer()
    STATE.master.here, STATE.master.coverage = False, None
    make_directory(mine.path("part"))
    # Where processes that the app starts leave their data, if coverage measures them.
    os.environ["COVERAGE_FILE"] = os.path.abspath(os.path.join(mine.path("part"), "child"))
    mine.inherited = dict(STATE.hashes)
    data_file = os.path.abspath(os.path.join(mine.path("part"), "data"))
    with where_started():
        cov = make_coverage(data_file)
        fit_concurrency(cov, worker)
        remember_joins()
        with quick_start(cov):
            cov.start()
        STATE.measures = Measures(cov)
    mine.coverage = cov
    cov.watch = TracerWatch()
    watch_forks(worker)


def keep_data(mine):
    """Stop measuring, save (once only) and rename the file out of part/. Its name, or None."""
    cov = mine.coverage
    if cov is None:
        return None
    cov.stop()
    if os.path.exists(os.path.join(mine.directory, "unwanted")):
        drop_own(mine)
        return None
    with quick_realpath():
        cov.save()
    data = cov.get_data()
    path = data.data_filename()
    empty = not data.measured_files()
    getattr(data, "close", lambda: None)()  # public only in newer versions
    if empty:
        new = [path for path, each in STATE.hashes.items() if mine.inherited.get(path) != each]
        mine.unmeasured = sorted(new)
        # Where nothing was traced at all coverage writes no file, else it may be one with no rows.
        drop_own(mine)
        return None
    unique = os.urandom(4).hex()
    name = f".coverage.{socket.gethostname()}.{os.getpid()}.{mine.age}.{unique}"
    os.rename(path, os.path.join(mine.directory, name))
    drop_part(mine)
    return name


def drop_own(mine):
    """Remove this process's own files from part/: those of the app's processes, and their place, stay."""
    pid = os.getpid()
    for name in os.listdir(mine.path("part")):
        if f".{pid}." in name or f".pid{pid}." in name:  # until 7.14, and since
            os.unlink(os.path.join(mine.path("part"), name))
    drop_part(mine)


def drop_part(mine):
    """Remove the place in part/ unless a process of the app's may want it."""
    forks = os.listdir(os.path.join(mine.directory, "children"))
    if not forks and not asks_for_children(mine.coverage):
        with contextlib.suppress(OSError):
            os.rmdir(mine.path("part"))


@contextlib.contextmanager
def quick_realpath():
    """coverage's save asks for the real path of each measured file twice; each time every directory on
    the way to it is looked at: 40 ms for a thousand files."""
    quick, usual = RealPaths(), os.path.realpath

    def realpath(path, *args, **named):
        plain = isinstance(path, str) and not args and not named
        return quick(path) if plain else usual(path, *args, **named)

    os.path.realpath = realpath
    try:
        yield
    finally:
        os.path.realpath = usual


def save_at_exit(worker):
    """The last exit handler (the worker's first): handlers and threads of the app are measured."""
    if os.getpid() == worker._gunicov.pid:  # not in a process that the worker has forked
        attempt(worker, save_worker, worker)
        attempt(worker, make_way, worker)
    else:
        attempt(worker, save_forked, worker)


# ---------------------------------------------------------------- processes that the app starts


def asks_for_children(cov):
    """Whether coverage is asked to measure programs that the app starts, or its multiprocessing."""
    return (
        {"subprocess", "execv"} & set(option(cov, "run:patch") or ())
        or "multiprocessing" in (option(cov, "run:concurrency") or ())
        or {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"} & set(os.environ)
    )


def watch_forks(worker):
    """Put each process that the worker forks on the roster."""
    known = weakref.ref(worker)

    def forked():
        worker = known()
        if worker:
            with contextlib.suppress(Exception):  # the app's own business goes on
                note_fork(worker)
                start_anew(worker)

    os.register_at_fork(after_in_child=forked)


def start_anew(worker):
    """In a forked process: what `patch = fork` is there for. Before 7.17 coverage.py only stops there (it has
    just done so), unless it finds its configuration in the environment."""
    cov = worker._gunicov.coverage
    if "fork" not in (option(cov, "run:patch") or ()) or type(cov).current() is not None:
        return
    from coverage import process_startup

    os.environ["COVERAGE_PROCESS_CONFIG"] = cov.config.serialize()
    try:
        process_startup(force=True)
    finally:
        del os.environ["COVERAGE_PROCESS_CONFIG"]


def note_fork(worker):
    """In a forked process: what will be known of its data. Python's subprocess has forked one that becomes
    another program, which its environment tells of; multiprocessing one that saves only if coverage is
    asked for it, and then always."""
    frame, callers = sys._getframe(), set()
    while frame is not None:
        callers.add((frame.f_globals.get("__name__"), frame.f_code.co_name))
        frame = frame.f_back
    if ("subprocess", "_execute_child") in callers:
        return
    mine = worker._gunicov
    patches = set(option(mine.coverage, "run:patch") or ())
    pool = any(name == "multiprocessing.popen_fork" for name, _ in callers)
    asked = "multiprocessing" in (option(mine.coverage, "run:concurrency") or ())
    if pool and not asked and not {"fork", "_exit"} <= patches:
        return
    about = {"age": mine.age, "start_time": process_start_time(os.getpid())}
    about.update(pid=os.getpid(), must_save=pool and asked)
    write_json(os.path.join(mine.directory, "children", f"{os.getpid()}.json"), about)


def save_forked(worker):
    """In a process that the worker has forked, and that ends as Python does: coverage saves here, too, unless
    it has been asked to start anew in forked processes."""
    mine = worker._gunicov
    if mine.coverage is not None and "fork" not in (option(mine.coverage, "run:patch") or ()):
        mine.coverage.stop()
        mine.coverage.save()
    tell_fork_ended(mine)


def tell_fork_ended(mine):
    if mine.directory:
        write_whole(os.path.join(mine.directory, "children", f"{os.getpid()}.ended"), b"")


def begin_exit(worker):
    """worker_exit has come. Exit handlers and threads that are no daemons still run, and are
    measured; where they take longer than EXIT_SECONDS the data is saved without the rest."""
    worker._gunicov.leaving = True
    # A second SIGTERM or a SIGQUIT must not break the file in the middle.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT):
        signal.signal(number, signal.SIG_IGN)

    known = weakref.ref(worker)  # what this thread holds would have no end: the app's objects

    def watch():
        REAL_SLEEP(EXIT_SECONDS)
        worker = known()
        if worker and not worker._gunicov.finished:
            worker._gunicov.late = describe_late()
            attempt(worker, save_worker, worker)

    REAL_THREAD(watch, ())


def describe_late():
    """What keeps a worker from ending: threads, or an exit handler."""
    main = threading.main_thread()
    threads = [t.name for t in threading.enumerate() if t is not main and not t.daemon]
    running = f"threads {', '.join(threads)}" if threads else "an exit handler"
    return f"{running} still ran {EXIT_SECONDS} s after the worker's end; the rest is not measured"


def save_worker(worker):
    """Leave the data file and then, last of all, saved/<age>.json."""
    mine = worker._gunicov
    with mine.saving:
        if not mine.finished:
            mine.finished = True
            save_once(worker, mine)


def save_once(worker, mine):
    started = time.time()
    name = None
    try:
        name = keep_data(mine)
    except Exception as error:  # noqa: BLE001 - whatever coverage raises goes into saved/
        mine.error = format_failure(error)
        if isinstance(error, UnicodeEncodeError):  # its own words do not say of which file
            name = error.object.encode("utf-8", "surrogateescape")
            mine.error += f"UnicodeEncodeError: a file's name is not UTF-8: {name!r}\n"
        worker.log.error("gunicov: coverage could not be saved\n%s", mine.error)
        if mine.directory:  # room for the line that says so
            with contextlib.suppress(OSError):
                drop_own(mine)
    if mine.late:
        worker.log.warning("gunicov: %s", mine.late)
    attempt(worker, tell_later, mine)
    mine.note(
        "saved",
        os.getpid(),
        file=name,
        ms=round(1000 * (time.time() - started), 1),
        requests=mine.requests if mine.requests or mine.counts_requests else None,
        last_request=mine.last_request,
        hashes={path: each for path, each in STATE.hashes.items() if mine.told.get(path) != each},
        error=mine.error,
        late=mine.late,
        warnings=told_warnings(mine.coverage) if mine.coverage else [],
        doubts=mine.coverage.watch.found if mine.coverage and mine.coverage.watch else [],
        unmeasured=mine.unmeasured,
    )


def record_boot(worker):
    mine = worker._gunicov
    STATE.booting = None
    attempt(worker, tell_compiled, mine)
    attempt(worker, tell_joins, mine)
    attempt(worker, note_archived)
    hashes = dict(STATE.hashes)
    mine.note(
        "booted",
        os.getpid(),
        start_time=process_start_time(os.getpid()),
        ms=round(1000 * (time.time() - mine.forked_at), 1),
        modules=loaded_project_files(),
        hashes=hashes,
        libraries=imported_libraries(),
        counts_requests=mine.counts_requests,
        measures_children=bool(mine.coverage and asks_for_children(mine.coverage)),
        **(imported_too_early(mine) if mine.coverage else {}),
    )
    mine.told = hashes
    STATE.known = frozenset(sys.modules)


def tell_later(mine):
    """Tell of libraries that were imported while serving."""
    libraries = imported_libraries()
    if libraries:
        mine.note("later", os.getpid(), libraries=libraries)


def count_request(mine):
    """A request has come to the app."""
    note_request(mine)
    # next() is one step under threads where += is not; the highest number seen is the count.
    number = next(mine.request_numbers)
    mine.requests = max(mine.requests, number)


def note_request(mine):
    """A request has come to the worker; the user's own pre_request may keep it from the app."""
    first = mine.last_request is None
    mine.last_request = MONOTONIC()
    if first:
        mine.mark("served")


# ---------------------------------------------------------------- what the app writes


def note_writes(worker):
    """Note each path that this worker (or a process forked from it) opens to write, renames, links
    or removes, before it does, in `wrote/<age>`: that change of a file is no save of the user's."""
    mine = worker._gunicov
    if not mine.directory or not hasattr(sys, "addaudithook"):
        return
    notes, known = mine.path("wrote"), set()

    def hear(event, values):
        # Called for each of the interpreter's audit events, and whatever it raises would be the app's.
        if event in WRITING_EVENTS:
            with contextlib.suppress(Exception):
                for path in written_paths(event, values):
                    ours = path.startswith(STATE.directory)
                    if path not in known and len(known) < MOST_NOTES and not ours:
                        known.add(path)
                        append(notes, os.path.join(os.getcwd(), path))

    sys.addaudithook(hear)


def written_paths(event, values):
    """The paths (str) that an audit event tells of as written."""
    if event == "open":
        path, mode, flags = values
        changes = flags & (os.O_WRONLY | os.O_RDWR) or any(
            letter in (mode or "") for letter in "wax+"
        )
        paths = [path] if changes else []
    else:
        paths = values[: WRITING_EVENTS[event]]
    return [os.fsdecode(path) for path in paths if isinstance(path, (str, bytes, os.PathLike))]


def append(notes, path):
    fd = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if STATE.owner and os.geteuid() == 0:
            os.fchown(fd, *STATE.owner)
        os.write(fd, os.fsencode(path) + b"\0")
    finally:
        os.close(fd)


# ---------------------------------------------------------------- the project's code in the master


def measure_master():
    """Measure what the master runs of the project: its config and the hooks there, and what these, a worker
    class of the project's own or preload_app import. A cold run does so, too.

    In turns: the master's start (at a reload: its config, where it has changed), which counts for every
    generation from then on, and what is run while a generation lives. gunicorn's reload itself is in neither.
    The settings may change under way: branches are measured always, from which the lines follow, by real paths.
    """
    try:
        import coverage

        stop_measuring_master()
        with where_started():
            cov = make_coverage(None)
            if not is_measurable(cov):
                return  # workers tell what is missing
            only_measure(cov)
            for name, value in (("branch", True), ("relative_files", False), ("context", None)):
                cov.set_option(f"run:{name}", value)
            with quick_start(cov):
                cov.start()
            STATE.measures = Measures(cov)
        find_no_files(cov)
    except ImportError:
        return  # there is no coverage, or it is broken
    except Exception as error:  # noqa: BLE001 - the server goes before its measurement
        STATE.errors.append(f"gunicorn's master is not measured: {error}")
        return
    STATE.master.coverage = cov
    assert coverage.Coverage.current() is cov


def is_measurable(cov):
    """Whether the master can be measured: not where that would import code of the project's there."""
    return not (imports_to_start(cov) or has_plugins_of_ours(cov))


def has_plugins_of_ours(cov):
    names = [name.partition(".")[0] for name in option(cov, "run:plugins") or []]
    specs = [importlib.util.find_spec(name) for name in names]
    return any(spec is not None and is_project(spec.origin or "") for spec in specs)


def note_in_master(path, name, real, digest):
    """Code of the project's is about to run in the master, measured or not."""
    master = STATE.master
    if not master.here:
        return
    if master.coverage and STATE.measures(path, name):
        master.traced[real] = path, name, digest
    elif master.coverage is None and STATE.generation and name != "__config__":
        master.before.add(name)  # a hook of the user's has imported it at a reload


def stop_measuring_master():
    """What has run of the project since `measure_master`: {path: arcs}."""
    cov, STATE.master.coverage = STATE.master.coverage, None
    if cov is None:
        return {}
    cov.stop()
    data = cov.get_data()
    ran = {path: set(data.arcs(path)) for path in data.measured_files() if data.arcs(path)}
    STATE.master.tracers.update({path: data.file_tracer(path) for path in ran})
    return ran


def end_master_start():
    """The master has started, or has executed its config anew."""
    if STATE.master.plugins is None and STATE.master.coverage:
        STATE.master.plugins = list(option(STATE.master.coverage, "run:plugins") or [])
    for path, ran in stop_measuring_master().items():
        key = path, STATE.hashes.get(path), STATE.master.config
        STATE.master.start.setdefault(key, set()).update(ran)


def decide_for_workers():
    if STATE.measures:
        STATE.measures.decide_all()


def is_config_new():
    """Whether the user's config is to be executed for the first time, or has changed."""
    location = user_config_location()
    known = STATE.master.config
    digest = STATE.master.config = location and digest_of(location)
    if digest and digest not in STATE.master.parts:
        STATE.master.parts[digest] = project_part(location)
    return STATE.user is None or STATE.master.config != known


def begin_master_life():
    """A generation begins: measure what the master runs in its life, where it has run code of the project's.
    What the manifest says of it."""
    master = STATE.master
    master.owes = False
    told = {"measures_master": False, "hooks_changed": [], "hooks_at_end": []}
    if master.form is None or not (master.start or any(map(users_hook, (*ONCE, *AT_END)))):
        return told
    measure_master()
    master.failed = master.coverage is None
    told.update(hooks_apart())
    if master.failed or not still_measured():
        stop_measuring_master()
        return told
    plugins = option(master.coverage, "run:plugins") or ()
    master.owes = told["measures_master"] = True
    told["master_plugins"] = sorted(set(plugins) - set(master.plugins or ()))
    return told


def still_measured():
    """{path: arcs} of the master's start, of the sources and settings of today: the start counts for good, but they
    may leave a file of it out since. What another config ran counts where it had the same to do with the project."""
    found, part = {}, STATE.master.parts.get(STATE.master.config)
    for (path, digest, config), arcs in STATE.master.start.items():
        if STATE.master.parts.get(config) == part and is_still(path, digest):
            found.setdefault(path, set()).update(arcs)
    return found


def is_still(path, digest):
    """Whether a file that the master has run is the one of today, and is measured."""
    known = STATE.master.traced.get(path)
    measures = STATE.measures
    return digest == STATE.hashes.get(path) and (
        known is None or measures is None or measures(*known[:2])
    )


def has_run_other_config():
    """Whether the master has run code of the project's for a config that had something else to do with it."""
    part, own = STATE.master.parts.get(STATE.master.config), os.path.realpath(STATE.user.path or "")
    return any(
        path != own and STATE.master.parts.get(config) != part and is_still(path, digest)
        for path, digest, config in STATE.master.start
    )


def project_part(path):
    """What of a config's own code may run the project's: its statements without their places (str). Not the hooks."""
    try:
        with open(path, "rb") as file:
            body = ast.parse(file.read()).body
    except (OSError, SyntaxError, ValueError, TypeError):
        return None
    settings = {setting.name for setting in gunicorn.config.KNOWN_SETTINGS}
    kept, names = [], {"importlib", "__import__", "exec", "eval", "runpy"}
    for statement in body:
        if getattr(statement, "name", None) in settings:
            continue
        nodes = list(ast.walk(statement))
        if "*" in names or any(concerns_project(node, names) for node in nodes):
            kept.append(ast.dump(statement))
            names.update(*map(bound_names, nodes))
    return "\n".join(kept)


def concerns_project(node, names):
    """Whether a piece of source imports from the project, names one of its modules, or one of these names."""
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.ImportFrom):
        return bool(node.level) or is_of_project(node.module)
    if isinstance(node, ast.Import):
        return any(is_of_project(each.name) for each in node.names)
    text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text.isprintable() and is_of_project(text.partition(":")[0])


def is_of_project(name):
    first = name.partition(".")[0]
    path = module_path(first) if first.isidentifier() else None
    return path is not None and is_project(path)


def bound_names(node):
    """The names that a piece of source gives something to."""
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return [node.name]
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


def save_master():
    """Leave the master's own data file for the generation that ends."""
    ran = stop_measuring_master()
    if not STATE.master.owes or not STATE.current:
        return
    if os.path.exists(os.path.join(STATE.current, "unwanted")):
        return
    import coverage

    whole = {path: set(arcs) for path, arcs in still_measured().items()}
    for path, more in ran.items():
        whole.setdefault(path, set()).update(more)
    folder = os.path.join(STATE.current, "part", "master")
    make_directory(folder)
    data = coverage.CoverageData(basename=os.path.join(folder, "data"))
    add_whole(data, whole)
    data.write()
    getattr(data, "close", lambda: None)()
    path = data.data_filename()
    if STATE.owner:
        os.chown(path, *STATE.owner)
    name = f".coverage.{socket.gethostname()}.{os.getpid()}.master.{os.urandom(4).hex()}"
    os.rename(path, os.path.join(STATE.current, name))
    os.rmdir(folder)


def add_whole(data, whole):
    """Put {path: arcs} into a CoverageData, in the form that the settings of the generation ask for."""
    from coverage import files

    branch, relative, context = STATE.master.form
    name_of_file = files.relative_filename if relative else str
    data.set_context(context)
    named = {name_of_file(path): arcs for path, arcs in whole.items()}
    if branch:
        data.add_arcs(named)
    else:
        data.add_lines(
            {
                path: {line for arc in arcs for line in arc if line > 0}
                for path, arcs in named.items()
            }
        )
    tracers = {name_of_file(path): STATE.master.tracers.get(path) for path in whole}
    data.add_file_tracers({path: tracer for path, tracer in tracers.items() if tracer})


def imported_too_early(mine):
    """In a worker: files that coverage measures and that the master imported when it did not measure them. `early`:
    also a new start would not; `widened`: it would (lists of str).

    Not what the interpreter runs by itself before any program (`coverage run` does not measure it either),
    nor what no report names.
    """
    early, widened = set(), set()
    anew = is_measurable(mine.coverage)
    with quick_realpath():
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if name not in STATE.forked_with or not isinstance(path, str):
                continue
            if name in ("sitecustomize", "usercustomize"):
                continue
            if name == "__main__" and not is_project(path):
                continue  # gunicorn's own script
            real = REALPATH(path)
            if STATE.measures(path, name) and not is_traced(real, mine.inherited.get(real)):
                known = name in STATE.master.before or STATE.master.failed
                (widened if anew and not known else early).add(real)
    is_reported = reported(STATE.measures.cov)
    return {
        "early": sorted(filter(is_reported, early)),
        "widened": sorted(filter(is_reported, widened)),
    }


def is_traced(real, digest):
    """Whether the master measured a file of these bytes as it imported it."""
    known = STATE.master.traced.get(real)
    return known is not None and known[2] == digest and not STATE.master.failed


def reported(cov):
    """Whether a file may be in a report, by `[report] include` and `omit`, as a function of its path."""
    included, omitted = option(cov, "report:include"), option(cov, "report:omit")
    try:
        from coverage import files

        matcher = getattr(files, "GlobMatcher", None) or files.FnmatchMatcher
        within = matcher(files.prep_patterns(included)) if included else None
        without = matcher(files.prep_patterns(omitted)) if omitted else None
    except (ImportError, AttributeError, TypeError):
        return lambda path: True  # another version's: it may be

    def is_reported(path):
        if within is not None and not within.match(path):
            return False
        return without is None or not without.match(path)

    return is_reported


# ---------------------------------------------------------------- hooks that a reload does not run again


ONCE = ("on_starting", "when_ready", "nworkers_changed")  # the last again, but not as at the start
AT_END = ("on_exit",)


def note_hooks_that_ran():
    """The master has started: what of the user's config has run that no reload runs again."""
    for name in ONCE:
        function = users_hook(name)
        if function:
            STATE.master.ran[name] = RanHook(function)


def hooks_apart():
    """What the manifest says of the user's hooks whose lines are not in this generation's data though they would be
    in a cold run's: [[name, path]] of those that have changed since they ran, and of those that run at the end."""
    told = {"hooks_changed": [], "hooks_at_end": []}
    if has_run_other_config():
        told["hooks_changed"].append(["", os.path.realpath(STATE.user.path or "")])
    for name in ONCE:
        now, ran = users_hook(name), STATE.master.ran.get(name)
        before = [] if ran is None else ran.uses
        if may_be_measured(now, before) and not (now and ran and ran.is_still(now)):
            told["hooks_changed"].append([name, file_of(now) if now else ran.path])
    for name in AT_END:
        if may_be_measured(users_hook(name)):
            told["hooks_at_end"].append([name, file_of(users_hook(name))])
    return told


class RanHook:
    """A hook as it was when it ran."""

    def __init__(self, function):
        self.path = file_of(function)
        self.digest = STATE.hashes.get(self.path)
        self.behaviour = behaviour(function)
        self.uses = list(used_files(function))

    def is_still(self, function):
        """Whether another run of it, as it is now, would do the same as far as coverage sees it."""
        same = self.digest is not None and self.digest == STATE.hashes.get(file_of(function))
        unseen = not measures_file(function.__code__.co_filename)
        return same or (unseen and self.behaviour == behaviour(function))


def users_hook(name):
    """The function behind a hook of the user's own config, or None."""
    return plain_function(STATE.user.exports.get(name)) if STATE.user else None


def plain_function(called):
    """The Python function that runs first when something is called, or None."""
    with contextlib.suppress(Exception):  # whatever an object of somebody's own answers
        called = inspect.unwrap(getattr(called, "func", called))  # of a functools.partial
        called = getattr(called, "__func__", called)
        called = called if isinstance(called, types.FunctionType) else type(called).__call__
        return called if isinstance(called, types.FunctionType) else None
    return None


def file_of(function):
    return os.path.realpath(function.__code__.co_filename)


def measures_file(path):
    """Whether coverage measures the module of that file; where nobody knows it may."""
    names = [
        n for n, module in list(sys.modules.items()) if getattr(module, "__file__", None) == path
    ]
    return STATE.measures is None or STATE.measures(path, names[0] if names else "__config__")


def may_be_measured(function, before=()):
    """Whether coverage would see something of what a hook runs: its own file is measured, or it uses the project's,
    or has used it when it ran (`before`: paths)."""
    if STATE.master.form is None:
        return False  # nothing is
    if function and measures_file(function.__code__.co_filename):
        return True
    used = [*before, *(used_files(function) if function else ())]
    return any(is_project(path) and measures_file(path) for path in used)


def codes_of(function):
    """[(code, globals)] of all that is written in a function and in those of its own file that it names."""
    found, left = [], [(function.__code__, function.__globals__)]
    while left:
        code, names = left.pop()
        if any(code is each for each, _ in found):
            continue
        found.append((code, names))
        left += [(const, names) for const in code.co_consts if isinstance(const, types.CodeType)]
        for name in code.co_names:
            used = plain_function(names.get(name))
            if used and used.__code__.co_filename == code.co_filename:
                left.append((used.__code__, used.__globals__))
    return found


def behaviour(function):
    """What a function does, wherever it stands: alike for two that differ in their lines only."""

    def alike(code):
        consts = [alike(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts]
        return code.co_name, code.co_code, code.co_names, code.co_varnames, tuple(consts)

    return [alike(code) for code, _ in codes_of(function)]


def used_files(function):
    """Paths of the modules that a function names: those that it imports, and those that what it uses is of."""
    for code, names in codes_of(function):
        for name in code.co_names:
            used = names.get(name)
            modules = (
                [name]
                if used is None
                else [
                    getattr(used, "__name__", None),
                    getattr(used, "__module__", None),
                    type(used).__module__,
                ]
            )
            paths = {module_path(module) for module in modules if isinstance(module, str)}
            yield from paths - {None, code.co_filename}


def module_path(name):
    """The file of a module, imported or not, or None."""
    with contextlib.suppress(Exception):  # whatever a finder of somebody's own does
        module = sys.modules.get(name)
        spec = None if module else importlib.util.find_spec(name.partition(".")[0])
        path = getattr(module, "__file__", None) if module else getattr(spec, "origin", None)
        return path if isinstance(path, str) and os.path.isabs(path) else None
    return None


# ---------------------------------------------------------------- steps of the master


def import_coverage():
    """Import coverage before the fork, so that no worker has to. Its version, or None."""
    try:
        import coverage
        import coverage.sqldata  # a slow part of a first start()
    except Exception:  # noqa: BLE001 - a broken install is no reason for the server not to start
        return None
    return coverage.__version__


def warm_coverage(cov):
    """Start and stop coverage once in the master: what its first start() computes (paths of the
    installation, regular expressions) is then there in each fork. It leaves nothing behind: no
    data, and none of the handlers and patches that a configuration may ask for."""
    import coverage

    if coverage.Coverage.current() or option(cov, "run:plugins") or imports_to_start(cov):
        return
    only_measure(cov)
    with quick_start(cov):
        cov.start()
    cov.stop()


def imports_to_start(cov):
    """Whether coverage, to find a package that it is to measure, imports the one that this is in."""
    names = [*(option(cov, "run:source_pkgs") or []), *(option(cov, "run:source") or [])]
    return any("." in name and not os.path.isdir(name) for name in names)


@contextlib.contextmanager
def quick_start(cov):
    """Leaves out of coverage's start what costs most and gives nothing here. It asks sysconfig for the
    same paths some 27 times, which work them out anew each time: 10 ms. They stay the same in a process
    and its forks. And it notes where in the program it was started, for its debug output only, with
    `inspect.stack`, which looks at every module there is: 8 ms with Flask. A plugin may need that one."""
    work_out, stack = sysconfig.get_paths, inspect.stack

    def get_paths(*args, **named):
        key = repr((args, sorted(named.items())))
        if key not in STATE.paths:
            STATE.paths[key] = work_out(*args, **named)
        return dict(STATE.paths[key])

    sysconfig.get_paths = get_paths
    if not cov.get_option("run:plugins"):
        inspect.stack = lambda *_, **__: []
    try:
        yield
    finally:
        sysconfig.get_paths, inspect.stack = work_out, stack


def settings_files():
    """{path: sha256, None where there is none} of the files in which coverage looks for its settings, in its order."""
    named = coverage_config()
    if named in (True, ".coveragerc"):
        named = os.environ.get("COVERAGE_RCFILE")
    usual = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
    return {os.path.abspath(name): digest_of(name) for name in ([named] if named else usual)}


def settings_read(looked_at, chosen):
    """Those that decide: the chosen one, and what would win over it. And the user's gunicorn config where there
    is none yet; that of one that was executed is with the project's other hashes."""
    read = {}
    for path, digest in looked_at.items():
        read[path] = digest
        if path == chosen:
            break
    if STATE.user.path is None and not os.environ.get("GUNICOV_USER_CONFIG"):
        read.setdefault(os.path.abspath("gunicorn.conf.py"), None)
    return read


def describe_coverage():
    """What master.json says of coverage; a configuration that it refuses becomes a warning."""
    version = import_coverage()
    described = {"coverage": version, "coverage_config": None, "source": [], "branch": False}
    described.update(read={}, warnings=[])
    if version is None:
        described["warnings"].append(
            "the coverage package cannot be imported by the server's Python; nothing is measured"
        )
        return described
    try:
        with where_started():
            described["read"] = looked_at = settings_files()  # before coverage does
            cov = make_coverage(None)
            config_file = getattr(cov.config, "config_file", None)
            described["coverage_config"] = config_file and os.path.abspath(config_file)
            described["read"] = settings_read(looked_at, described["coverage_config"])
            described["source"] = configured_sources(cov)
            described["branch"] = bool(cov.get_option("run:branch"))
            relative, context = option(cov, "run:relative_files"), option(cov, "run:context")
            STATE.master.form = described["branch"], bool(relative), context
            described["warnings"] += [f"coverage.py: {text}" for _, text in told_warnings(cov)]
            if STATE.generation == 0:
                warm_coverage(cov)
    except Exception as error:  # noqa: BLE001 - plugins are imported here too
        described["warnings"].append(f"coverage refuses its configuration: {error}")
    return described


def limit_graceful_timeout(cfg):
    """Cap cfg.graceful_timeout, wherever it was set. Returns a warning or None.

    The command line wins over a config file, so the setting is changed here and not exported: an
    idle connection would stall each restart for as long as this is. The master's own is longer
    than its workers': it kills those that are late, and they still have to save.
    """
    STATE.graceful_timeout = cfg.graceful_timeout
    text = os.environ.get("GUNICOV_GRACEFUL_TIMEOUT", "2")
    try:
        limit = max(0, int(float(text)))
    except (ValueError, OverflowError):
        return f"GUNICOV_GRACEFUL_TIMEOUT is no number of seconds: {text!r}"
    asked = cfg.graceful_timeout
    if not limit:
        return None
    STATE.graceful_timeout = min(asked, limit)
    more = KILL_SECONDS_GREEN if green_library(cfg.worker_class) else KILL_SECONDS
    cfg.set("graceful_timeout", STATE.graceful_timeout + more)
    if asked <= limit or asked == cfg.settings["graceful_timeout"].default:
        return None
    return f"graceful_timeout is {limit} s while gunicov measures, not {asked} s"


def take_word(word):
    """Whether the helper has left that word for this reload; it is taken away."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(STATE.directory, word))
        return True
    return False


def wrap_reload(server):
    """Have gunicorn's reload, or what the user's config has put there, begin and end as follows."""
    ours, theirs = STATE.reload
    if vars(server).get("reload") is not ours:
        theirs = vars(server).get("reload")
    gunicorns = type(server).reload
    code = getattr(gunicorns, "__code__", None)  # somebody may have put another callable there
    waits = code and "last_worker_age" in code.co_varnames

    def usual():
        if theirs:
            theirs()
        else:
            gunicorns(server)

    def reload():
        if STATE.reload[0] is not reload:  # it is in theirs, which is in a newer one
            usual()
            return
        if STATE.master.start:
            # The end of those that this generation has replaced is part of its life.
            wait_for_end([worker["pid"] for worker in STATE.retires], WAIT_SECONDS)
            STATE.deferred = []
        attempt(server, begin_reload, server)
        attempt(server, save_master)
        put_back = hasten_end(server) if waits else None
        try:
            usual()
        finally:
            if put_back:
                put_back()  # where theirs does not let it come to that
            exit_deferred(server)

    STATE.reload = reload, theirs
    server.reload = reload


def exit_deferred(server):
    """Call the user's child_exit of the workers that have gone while nothing was measured: up to gunicorn 23 a signal
    says so at any moment of a reload, and a cold run has what it runs covered."""
    deferred, STATE.deferred = STATE.deferred, None
    for worker in deferred or ():
        THEIRS["child_exit"](server, worker)


def unwrap_reload(server):
    """The same undone, in a worker: a circle of ours would have the server end after the app's objects,
    and what these print then is lost."""
    vars(server).pop("reload", None)
    if STATE.reload[1]:
        server.reload = STATE.reload[1]
    STATE.reload = None, None


def begin_reload(server):
    """Where the helper says what a reload is for, its workers may go while the master prepares the next ones.
    It is to have them save, or to load new code in place of some whose data nobody wants."""
    STATE.flushed, STATE.leaving, STATE.scarce = None, [], False
    STATE.retires = retiring(server)
    # Both, always: one that is left would be taken for the next reload's.
    words = [word for word in ("flush", "restart") if STATE.directory and take_word(word)]
    if STATE.current is None or not words:
        return
    write_whole(os.path.join(STATE.current, "flushed" if "flush" in words else "unwanted"), b"")
    if server.cfg.reuse_port:
        return  # from version 24 on the workers have the sockets: without them connections are refused
    if "flush" in words:
        STATE.flushed = STATE.current
    STATE.scarce = is_memory_scarce(len(STATE.retires) + server.cfg.workers)
    if STATE.scarce:
        write_whole(os.path.join(STATE.current, "one-by-one"), b"")
    STATE.leaving = [worker["pid"] for worker in STATE.retires]
    for pid in STATE.leaving:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)  # gunicorn does it, too, once they are replaced


def give_way(server):
    """After a flush, fork when the helper has made its report of what the workers save: somebody waits for
    that, and nobody for the next ones. And when the older ones are gone: a worker that ends needs most memory,
    because all that it shared with the master becomes its own."""
    if STATE.flushed:
        wait_for_report(STATE.flushed)
        wait_for_end(STATE.leaving, SCARCE_SECONDS if STATE.scarce else WAIT_SECONDS)


def save_memory(server):
    """At a restart the older workers end beside the next ones, for speed, where there is memory for that."""
    if STATE.scarce and not STATE.flushed:
        wait_for_end(STATE.leaving, SCARCE_SECONDS)


def wait_for_end(pids, patience):
    """Wait until these workers are gone, `patience` seconds at most. gunicorn reaps them."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not all(has_ended(pid) for pid in pids):
        REAL_SLEEP(0.003)


def has_ended(pid):
    """Whether a child is gone, reaped or not."""
    try:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, pid, options) is not None
    except ChildProcessError:
        return True


def make_way(worker):
    """After its last word, a worker that a flush has ended gives way to the report, too: to take an interpreter
    apart is as much work as to boot one."""
    mine = worker._gunicov
    if mine.aborted or threading.active_count() > 1:
        return  # the app's daemons would go on, and nothing measures them
    # The master takes a worker that says nothing for longer than its timeout for one that hangs.
    patience = min(GIVE_WAY_SECONDS, worker.cfg.timeout / 4 or GIVE_WAY_SECONDS)
    if mine.directory and os.path.exists(os.path.join(mine.directory, "flushed")):
        wait_for_report(mine.directory, patience)
    if mine.directory:
        take_turn(os.path.join(mine.directory, "one-by-one"), patience)


def wait_for_report(directory, patience=GIVE_WAY_SECONDS):
    """The helper says of a generation when its report is made, or that there will be none. It may have gone, and
    another worker may finish a request: it is not waited for longer than `patience`, in seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until and not os.path.exists(os.path.join(directory, "collected")):
        REAL_SLEEP(0.003)


def take_turn(path, patience):
    """Where that file is: the worker that has it locked ends first, and the kernel unlocks it then."""
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDONLY)  # open to the very end
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            REAL_SLEEP(0.003)


def hasten_end(server):
    """From version 24 on a reload's last step waits for the end of the workers that are replaced, and no
    signal is heard meanwhile. It looks each 0.1 s, twice where they were not gone at once: wait here instead."""
    newest = server.worker_age
    theirs = vars(server).get("manage_workers")

    def manage_workers():
        put_back()  # ours is there this once
        server.manage_workers()
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until and any(w.age <= newest for w in server.WORKERS.values()):
            REAL_SLEEP(0.004)
            server.reap_workers()

    def put_back():
        if theirs:
            server.manage_workers = theirs
        else:
            vars(server).pop("manage_workers", None)

    server.manage_workers = manage_workers
    return put_back


def limit_worker(worker):
    """The worker's part of limit_graceful_timeout."""
    limit = STATE.graceful_timeout
    if limit is None or limit >= worker.cfg.graceful_timeout:
        return
    # gevent's worker waits up to two seconds longer than this.
    worker.cfg.set("graceful_timeout", max(0, limit - 1) if green_library(type(worker)) else limit)
    config = getattr(worker, "config", None)  # uvicorn's worker has one of its own, without a limit
    if hasattr(config, "timeout_graceful_shutdown"):
        config.timeout_graceful_shutdown = min(config.timeout_graceful_shutdown or limit, limit)


def doubtful_settings(cfg):
    """Plain warnings about what keeps the numbers from being exact."""
    warnings = []
    if cfg.reload:
        warnings.append(
            "reload = True: gunicorn restarts workers by itself, beside gunicov; switch it off"
        )
    library = green_library(cfg.worker_class)
    if library and "coverage" in sys.modules and not importlib.util.find_spec("coverage.tracer"):
        warnings.append(
            f"coverage.py was installed without its C tracer, and the other one cannot follow {library}: "
            "nothing is measured; install a version that has a wheel for this Python"
        )
    if cfg.preload_app:
        warnings.append("preload_app = True: a reload keeps the old code; switch it off")
    else:
        early = {os.path.realpath(path) for path in loaded_project_files()}
        early.discard(os.path.realpath(STATE.user.path or ""))
        if early:
            warnings.append(
                "imported in gunicorn's master, so changed only by a full restart: "
                + ", ".join(sorted(early))
            )
    return warnings


def retiring(server):
    """The workers that this reload ends: all but those that have saved and wait to be reaped."""
    workers = sorted(server.WORKERS.values(), key=lambda worker: worker.age)
    return [{"age": w.age, "pid": w.pid} for w in workers if not w._gunicov.has_saved()]


def open_generation(server, retires):
    """Describe the master as it is now, and make the next generation's directory."""
    cfg = server.cfg
    STATE.current = None
    STATE.owner = (cfg.uid, cfg.gid) if os.geteuid() == 0 and (cfg.uid or cfg.gid) else None
    if STATE.oom_kills is None:
        STATE.oom_kills = oom_kills()
    if STATE.directory is None or not os.path.isdir(STATE.directory):
        make_record()
    number = max(STATE.generation, newest_on_disk()) + 1
    described = describe_coverage()
    master = {
        "pid": os.getpid(),
        "start_time": process_start_time(os.getpid()),
        "replaces": server.master_pid,  # SIGUSR2 has made this one of that; 0: it is alone
        "started": STATE.started,
        "python": platform.python_version(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "path": sys.path,
        "cwd": os.getcwd(),
        "started_in": STATE.started_in,
        "gunicorn": gunicorn.__version__,
        "worker_class": cfg.worker_class_str,
        "workers": cfg.workers,
        "threads": cfg.threads,
        "preload": cfg.preload_app,
        "graceful_timeout": STATE.graceful_timeout,
        "timeout": cfg.timeout,
        "user_config": STATE.user.path,
        "libraries": STATE.libraries,
        # A reload executes the config anew, and nothing else.
        "imported": sorted(set(STATE.hashes) - {STATE.real(STATE.user.path or "")}),
        **described,
    }
    limited = STATE.__dict__.pop("limited", None)
    master["warnings"] += [*([limited] if limited else []), *doubtful_settings(cfg), *STATE.errors]
    for warning in master["warnings"]:
        server.log.warning("gunicov: %s", warning)
    write_json(os.path.join(STATE.directory, "master.json"), master)
    record_config_error(server, number)
    settings = {name: getattr(cfg, name) for name in RECORDED_SETTINGS}
    settings["worker_class"] = cfg.worker_class_str
    settings["graceful_timeout"] = STATE.graceful_timeout
    manifest = {
        "generation": number,
        "time": time.time(),
        **(attempt(server, begin_master_life) or {}),
        "settings": settings,
    }
    manifest["read"] = described["read"]
    make_generation(number, {**manifest, "retires": retires})
    STATE.generation = number
    STATE.current = generation_directory(number)


def record_config_error(server, number):
    path = os.path.join(STATE.directory, "config-error.json")
    if STATE.config_error is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        return
    text = STATE.config_error
    server.log.error("gunicov: gunicorn's config failed; the last good one stays\n%s", text)
    write_json(path, {"generation": number, "traceback": text})


def stamp(worker):
    """Put a worker that is about to be forked on the roster of the newest generation."""
    worker._gunicov.mark("forked")


def record_end(worker):
    """In the master: what it can know of how a worker ended."""
    mine = worker._gunicov
    if mine.directory and os.path.exists(mine.path("done", ".json")):
        return  # the worker has said it itself
    status = wait_status()
    cause = describe_status(status)
    if getattr(worker, "aborted", False):
        cause = "timeout"
    elif mine.has_saved():
        cause = "exit"
    mine.note("done", worker.pid, cause=cause, status=status)


def wait_status():
    """What waitpid said of the worker, or None. gunicorn does not hand it to child_exit, but has
    it in a variable of the function that calls it (in each version from 20.1 to 27)."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "reap_workers":
            status = frame.f_locals.get("status")
            return status if isinstance(status, int) else None
        frame = frame.f_back
    return None


def cgroup_folders():
    """Where this process's cgroup may tell of its memory: outside a container it is further down."""
    folders = ["", "memory"]
    with contextlib.suppress(OSError), open("/proc/self/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            if not controllers:
                folders.insert(0, f".{path}")
            elif "memory" in controllers.split(","):
                folders.insert(0, f"memory{path}")
    return [os.path.join("/sys/fs/cgroup", folder) for folder in folders]


def oom_kills():
    """The kernel's count of processes that it killed in this cgroup for want of memory."""
    for folder in cgroup_folders():
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                kills = figures(folder, name).get("oom_kill")
                if kills is not None:
                    return kills
    return 0


def figures(folder, name):
    """A file of the kernel's with a name and a number in each line."""
    with open(os.path.join(folder, name)) as file:
        return {key: int(value) for key, value in map(str.split, file)}


def memory_room(folders):
    """How many bytes a cgroup may still take, or None where it has no limit: of the first folder that tells."""
    for folder in folders:
        for limit, usage, idle in CGROUP_FILES:
            with contextlib.suppress(OSError, ValueError):  # no limit is the word "max"
                room = number_in(folder, limit) - number_in(folder, usage)
                return room + figures(folder, "memory.stat").get(idle, 0)
    return None


def number_in(folder, name):
    with open(os.path.join(folder, name)) as file:
        return int(file.read())


def is_memory_scarce(processes):
    """Whether so many workers, ending ones and new ones, may not all be there at once. Each has about half of
    what the master has for itself."""
    room = memory_room(cgroup_folders())
    if room is None:
        return False
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return room < processes * resident // 2


def take_oom_kill():
    """Whether the kernel has killed one more than is accounted for; it is, from now on."""
    if STATE.oom_kills is None or oom_kills() <= STATE.oom_kills:
        return False
    STATE.oom_kills += 1
    return True


def describe_status(status):
    if status is None or status == 0:
        return "unknown"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL and take_oom_kill():
            return "out of memory"
        try:
            return f"killed by {signal.Signals(number).name}"
        except ValueError:
            return f"killed by signal {number}"
    return f"exit code {os.WEXITSTATUS(status)}"


def forget_this_module():
    """Have `-c python:gunicov_hook` execute this file anew at the next reload, as a path is."""
    if __name__ != "__config__":
        sys.modules.pop(__name__, None)


# ---------------------------------------------------------------- gunicorn's hooks


def attempt(owner, step, *args):
    """Run a step of ours; an error of it is logged and recorded, never raised into gunicorn."""
    try:
        return step(*args)
    except Exception as error:  # noqa: BLE001 - the server goes before its measurement
        text = format_failure(error)
        owner.log.error("gunicov: %s failed\n%s", step.__name__, text)
        mine = getattr(owner, "_gunicov", None)
        if mine is not None:
            mine.error = text
        else:
            STATE.errors.append(f"{step.__name__}: {error}")
        worker = next((each for each in (owner, *args) if hasattr(each, "_gunicov")), None)
        number = worker._gunicov.generation if worker else STATE.generation + 1
        with contextlib.suppress(OSError):
            remember_error(step.__name__, f"{type(error).__name__}: {error}", number, worker)
        return None


def on_starting(server):
    THEIRS["on_starting"](server)
    STATE.limited = attempt(server, limit_graceful_timeout, server.cfg)


def when_ready(server):
    THEIRS["when_ready"](server)
    attempt(server, end_master_start)
    attempt(server, note_hooks_that_ran)
    attempt(server, wrap_reload, server)
    attempt(server, open_memory)
    attempt(server, forget_this_module)
    attempt(server, decide_for_workers)
    attempt(server, open_generation, server, [])


def on_reload(server):
    attempt(server, end_master_start)
    THEIRS["on_reload"](server)
    attempt(server, forget_this_module)
    attempt(server, wrap_reload, server)
    STATE.limited = attempt(server, limit_graceful_timeout, server.cfg)
    if STATE.current:
        attempt(server, take_compiled, STATE.current)
        attempt(server, take_joins, STATE.current)
    attempt(server, save_memory, server)
    attempt(server, preload, server)
    attempt(server, decide_for_workers)
    attempt(server, open_generation, server, STATE.retires)
    exit_deferred(server)
    attempt(server, give_way, server)


def pre_fork(server, worker):
    worker._gunicov = WorkerRecord(worker.age, STATE.current, STATE.generation)
    attempt(server, stamp, worker)
    THEIRS["pre_fork"](server, worker)


def post_fork(server, worker):
    attempt(worker, worker._gunicov.mark, "forked", str(os.getpid()).encode())
    worker._gunicov.pid = os.getpid()
    STATE.known, STATE.real = frozenset(sys.modules), RealPaths()
    STATE.forked_with = STATE.known
    STATE.compiled, STATE.joined = {}, {}
    STATE.booting = worker
    atexit.register(save_at_exit, worker)
    limits = (limit_worker, bound_closing)
    attempt(worker, unwrap_reload, server)
    for step in (*limits, guard_boot, guard_load, guard_exit, start_coverage, note_writes):
        attempt(worker, step, worker)
    THEIRS["post_fork"](server, worker)


def post_worker_init(worker):
    THEIRS["post_worker_init"](worker)
    if not worker._gunicov.boot_failed and not worker._gunicov.starts_later:
        attempt(worker, record_boot, worker)


def pre_request(worker, req):
    attempt(worker, note_request, worker._gunicov)
    THEIRS["pre_request"](worker, req)


def worker_abort(worker):
    attempt(worker, record_abort, worker)
    THEIRS["worker_abort"](worker)


def child_exit(server, worker):
    attempt(server, record_end, worker)
    if STATE.deferred is None:
        THEIRS["child_exit"](server, worker)
    else:
        STATE.deferred.append(worker)


def worker_exit(server, worker):
    try:
        THEIRS["worker_exit"](server, worker)
    finally:
        if os.getpid() == worker.pid:
            attempt(worker, begin_exit, worker)
            server.WORKERS.clear()  # the class's: siblings would hold the app's objects to the very end
        elif os.getpid() == server.pid:  # it found the worker gone; no child_exit will come
            attempt(server, record_end, worker)


def export_config():
    """Give gunicorn the user's settings, and leave our hooks in their place or theirs."""
    names = globals()
    if os.environ.get("GUNICOV") == "0":
        STATE.user = None  # an error in their config ends gunicorn, as without us
        for name in CHAINED:
            names.pop(name)
        names.update(load_user_config().exports)
        return {}
    import_from_source()
    if STATE.replaced:
        STATE.replaced = False
        renew_user()
    if is_config_new():
        measure_master()
    user = load_user_config()
    names.update({name: value for name, value in user.exports.items() if name not in CHAINED})
    if not {"control_socket", "control_socket_disable"} & user.explicit:
        names["control_socket_disable"] = True
    return user.hooks


THEIRS = export_config()
