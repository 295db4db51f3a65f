"""How long a worker may take to end."""

import os

from .coverage_py.green import green_library
from .state import STATE

# How much longer than its workers' graceful_timeout the master waits before it kills them; gevent's
# look at it once a second, and take another one to end what hangs.
KILL_SECONDS, KILL_SECONDS_GREEN = 1, 2


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
