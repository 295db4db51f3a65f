"""gunicorn's reload, which begins and ends with steps of gunicov's."""

from ..attempt import attempt
from ..master.save import save_master
from ..state import STATE
from .begin import begin_reload
from .reap import forget_reaping, reap_now
from .wait import WAIT_SECONDS, wait_for_end


def wrap_reload(server, child_exit):
    """Have gunicorn's reload, or what the user's config has put there, begin and end as follows."""
    ours, theirs = STATE.reload
    if vars(server).get("reload") is not ours:
        theirs = vars(server).get("reload")
    gunicorns = getattr(type(server), "reload", None)
    if gunicorns is None:
        return  # another version's: on_reload does what is to be done

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
            attempt(server, reap_now, server)
            STATE.deferred = []
        attempt(server, begin_reload, server)
        attempt(server, save_master)
        try:
            usual()
        finally:
            exit_deferred(server, child_exit)

    STATE.reload = reload, theirs
    server.reload = reload


def exit_deferred(server, child_exit):
    """Call the user's child_exit of the workers that have gone while nothing was measured: up to gunicorn 23 a signal
    says so at any moment of a reload, and a cold run has what it runs covered."""
    deferred, STATE.deferred = STATE.deferred, None
    for worker in deferred or ():
        child_exit(server, worker)


def unwrap_reload(server):
    """The same undone, in a worker: a circle of ours would have the server end after the app's objects,
    and what these print then is lost."""
    vars(server).pop("reload", None)
    if STATE.reload[1]:
        server.reload = STATE.reload[1]
    STATE.reload = None, None
    forget_reaping(server)
