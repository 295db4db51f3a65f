"""gunicorn's hooks, in the order in which it calls them; what each of them does is the list of its steps.

The master executes its config file at its start and again at each SIGHUP. Generations are chosen in the master only. A
worker never deletes what another one wrote. A step that fails is recorded, and never raised into gunicorn.

Libraries that the workers have imported are imported in the master at the next reload, once, so that
from then on a worker's boot imports the project's own code only; compiled code of the project that has
not changed is handed from worker to worker. Neither ever holds anything of another content.

    master   when_ready / on_reload -> gen-N/   pre_fork -> forked/   child_exit -> done/
    worker   post_fork: coverage starts -> load_wsgi -> post_worker_init (ASGI: when the lifespan has
             started): booted/ (or boot-error/) -> first request: served/ -> worker_exit, then the
             last of the exit handlers: data file renamed, then saved/

Where the helper has said what a reload is for, the workers go at once, while the master prepares the next.
"""

import atexit
import os
import sys

from .attempt import attempt
from .boot.booted import record_boot
from .boot.init import guard_boot
from .boot.load import guard_load
from .deaths import forget_statuses, note_statuses, record_end
from .describe.open_generation import open_generation
from .files_written import note_writes
from .graceful_timeout import limit_graceful_timeout, limit_worker
from .handed_on.code import take_compiled
from .handed_on.joins import take_joins
from .master.hooks_not_rerun import note_hooks_that_ran
from .master.measure import decide_for_workers
from .master.save import save_master
from .master.start import end_master_start
from .measure.start import start_coverage
from .preload.generators import renew_numpy
from .preload.libraries import preload
from .record.errors import open_memory
from .record.worker import WorkerRecord, note_request, stamp
from .reload.begin import begin_reload
from .reload.give_way import give_way, save_memory
from .reload.reap import reap_when_traced
from .reload.wrap import exit_deferred, unwrap_reload, wrap_reload
from .state import STATE
from .user_config import forget_config
from .worker_end.exit import begin_exit, record_abort, save_at_exit
from .worker_end.listener import bound_closing
from .worker_end.os_exit import guard_exit


class Hooks:
    """gunicov's hooks around those of one load of the user's config."""

    def __init__(self, theirs):
        """`theirs`: {name: callable}, gunicorn's own default where the user has none."""
        self.theirs = theirs

    def on_starting(self, server):
        self.theirs["on_starting"](server)
        STATE.limited = attempt(server, limit_graceful_timeout, server.cfg)

    def when_ready(self, server):
        self.theirs["when_ready"](server)
        attempt(server, end_master_start)
        attempt(server, note_hooks_that_ran)
        attempt(server, wrap_reload, server, self.theirs["child_exit"])
        attempt(server, note_statuses, server)
        attempt(server, reap_when_traced, server)
        attempt(server, open_memory)
        attempt(server, forget_config)
        attempt(server, decide_for_workers)
        attempt(server, open_generation, server, [])

    def on_reload(self, server):
        if not STATE.begun:  # gunicorn does not reload by its method `reload`
            attempt(server, begin_reload, server)
            attempt(server, save_master)
        attempt(server, end_master_start)
        self.theirs["on_reload"](server)
        attempt(server, forget_config)
        attempt(server, wrap_reload, server, self.theirs["child_exit"])
        STATE.limited = attempt(server, limit_graceful_timeout, server.cfg)
        if STATE.current:
            attempt(server, take_compiled, STATE.current)
            attempt(server, take_joins, STATE.current)
        attempt(server, save_memory, server)
        attempt(server, preload, server)
        attempt(server, decide_for_workers)
        attempt(server, open_generation, server, STATE.retires)
        exit_deferred(server, self.theirs["child_exit"])
        attempt(server, give_way, server)
        STATE.begun = False

    def pre_fork(self, server, worker):
        worker._gunicov = WorkerRecord(worker.age, STATE.current, STATE.generation)
        attempt(server, stamp, worker)
        self.theirs["pre_fork"](server, worker)

    def post_fork(self, server, worker):
        attempt(worker, worker._gunicov.mark, "forked", str(os.getpid()).encode())
        worker._gunicov.pid = os.getpid()
        STATE.known = frozenset(sys.modules)
        STATE.forked_with = STATE.known
        STATE.compiled, STATE.joined = {}, {}
        STATE.booting = worker
        atexit.register(save_at_exit, worker)
        limits = (limit_worker, bound_closing)
        attempt(worker, unwrap_reload, server)
        attempt(worker, forget_statuses)
        attempt(worker, renew_numpy, STATE.libraries)
        for step in (*limits, guard_boot, guard_load, guard_exit, start_coverage, note_writes):
            attempt(worker, step, worker)
        self.theirs["post_fork"](server, worker)

    def post_worker_init(self, worker):
        self.theirs["post_worker_init"](worker)
        if not worker._gunicov.boot_failed and not worker._gunicov.starts_later:
            attempt(worker, record_boot, worker)

    def pre_request(self, worker, req):
        attempt(worker, note_request, worker._gunicov)
        self.theirs["pre_request"](worker, req)

    def worker_abort(self, worker):
        attempt(worker, record_abort, worker)
        self.theirs["worker_abort"](worker)

    def child_exit(self, server, worker):
        attempt(server, record_end, worker)
        if STATE.deferred is None:
            self.theirs["child_exit"](server, worker)
        else:
            STATE.deferred.append(worker)

    def worker_exit(self, server, worker):
        try:
            self.theirs["worker_exit"](server, worker)
        finally:
            if os.getpid() == worker.pid:
                attempt(worker, begin_exit, worker)
                server.WORKERS.clear()  # the class's: siblings would hold the app's objects to the very end
            elif os.getpid() == server.pid:  # it found the worker gone; no child_exit will come
                attempt(server, record_end, worker)
