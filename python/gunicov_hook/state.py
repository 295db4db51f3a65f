"""What the hook knows in one process: STATE. In the master it lives from gunicorn's start to its end, through all reloads.

The package is imported once, at gunicorn's start. When its files are replaced by another version, the one in memory
goes on, with this state, until the server is started anew. Workers inherit the state at their fork; what they put
there nobody else sees.
"""

import os
import sys
import time


def working_directory():
    """The working directory, or None: it has been removed, or may not be read."""
    try:
        return os.getcwd()
    except OSError:
        return None


class MasterMeasure:
    """What is measured of the project in gunicorn's master; see master/measure.py."""

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


class State:
    """All that outlives one call of a hook."""

    def __init__(self):
        self.config_file = None  # real path of the file that gunicorn executes as its config
        self.config_name = None  # and its name as a module
        self.started = time.time()
        self.started_in = working_directory()  # before `chdir` of gunicorn's settings is applied

        # The record
        self.directory = None  # of this master's record
        self.generation = 0
        self.current = None  # directory of the open generation; None where there is no record
        self.errors = []  # of our own steps in the master; they go into master.json
        self.memory = None  # file descriptor of the errors that may not have got to the disk
        self.owner = None  # (uid, gid) of the workers where the master must chown

        # The user's config, and what was made of it
        self.user = None  # UserConfig that loaded last without an error
        self.config_error = None  # traceback of the user's config at this reload
        self.graceful_timeout = None  # of the workers; the master's own is longer
        self.limited = None  # a warning: it was shortened

        # The project's source
        self.hashes = {}  # real path -> sha256 of the project's source, as it was imported
        self.imported = {}  # path of the project's source -> (absolute path, real path)
        self.library_roots = ()  # see source/places.py
        self.folders = {}  # directory -> whether it is the project's
        self.measures = None  # Measures, where coverage has been started in this process
        self.master = MasterMeasure()

        # What workers hand on
        self.code = {}  # path -> (sha256, code) of the project's, as workers compiled it
        self.compiled = {}  # the same of what this worker has compiled itself
        self.joins = {}  # path -> (sha256, joins) of the project's files, see remember_joins
        self.joined = {}  # the same of what this worker has worked out itself
        self.tried = set()  # names of libraries' modules that were tried in the master
        self.libraries = {}  # path -> fingerprint of the files of those that are imported there

        # This worker
        self.booting = None  # the worker that this process is, while it boots
        self.imported_at = 0.0  # its last sign of life, by the monotonic clock
        self.known = frozenset()  # names of the modules that a worker is forked with
        self.forked_with = frozenset()  # the same, as long as the worker lives

        # This reload
        self.fast_paths = {}  # name -> why it was not used (None: it was), see fast_paths.py
        self.switched_off = (
            set()
        )  # names of those that the configuration switches off, as was said last
        self.begun = False  # its first steps are done
        self.reload = None, None  # ours in the master, and the user's own
        self.retires = []  # the workers that this reload ends
        # During a reload: the workers whose child_exit of the user's is yet to come.
        self.deferred = None
        self.reaps = False  # gunicorn's handler of SIGCHLD is in ours, see reload/reap.py
        self.statuses = {}  # pid -> what waitpid said of a worker that gunicorn has just reaped
        self.waitpid = None  # os.waitpid itself, while ours is in its place
        self.flushed = None  # directory of the generation whose report comes first, see give_way
        self.leaving = []  # pids of the workers that were told to go before the next ones are there
        self.scarce = False  # memory is: they go one by one, and then the next ones come
        self.oom_kills = None  # of the cgroup, as far as they are accounted for

    def begin(self):
        """The master starts, with all of the hook's modules imported: what is here now, a new start has, too."""
        self.master = MasterMeasure(set(sys.modules) - {"__config__"})


STATE = State()
