"""A generation begins: the master is described, and its directory made."""

import contextlib
import os
import platform
import sys
import time

import gunicorn
from gunicov_common.cgroup import oom_kills
from gunicov_common.release import RECORD, VERSION
from gunicov_common.versions import PLAIN_WAY, untried

from ..attempt import attempt
from ..coverage_py.version import untried_coverage
from ..master.life import begin_master_life
from ..originals import REALPATH
from ..record.directory import make_record
from ..record.files import process_start_time, write_json
from ..record.generation import generation_directory, make_generation, newest_on_disk
from ..state import STATE
from .coverage_facts import describe_coverage
from .doubts import doubtful_settings

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


def open_generation(server, retires):
    """Describe the master as it is now, and make the next generation's directory."""
    cfg = server.cfg
    STATE.current = None
    STATE.owner = (cfg.uid, cfg.gid) if os.geteuid() == 0 and (cfg.uid or cfg.gid) else None
    if STATE.oom_kills is None:
        STATE.oom_kills = oom_kills(os.getpid())
    if STATE.directory is None or not os.path.isdir(STATE.directory):
        make_record()
    number = max(STATE.generation, newest_on_disk()) + 1
    described = describe_coverage()
    master = {
        "hook": {"version": VERSION, "record": RECORD},
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
        "imported": sorted(set(STATE.hashes) - {REALPATH(STATE.user.path or "")}),
        **described,
    }
    limited, STATE.limited = STATE.limited, None
    versions = (untried("gunicorn", gunicorn.__version__), untried_coverage())
    master["warnings"] += [f"{text}. {PLAIN_WAY}" for text in versions if text]
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
    manifest["fast_paths"] = STATE.fast_paths
    make_generation(number, {**manifest, "retires": retires})
    STATE.generation = number
    STATE.current = generation_directory(number)


def record_config_error(server, number):
    """Write config-error.json for generation `number`, or remove it where the config has loaded."""
    path = os.path.join(STATE.directory, "config-error.json")
    if STATE.config_error is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        return
    text = STATE.config_error
    server.log.error("gunicov: gunicorn's config failed; the last good one stays\n%s", text)
    write_json(path, {"generation": number, "traceback": text})
