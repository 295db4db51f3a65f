"""Other gunicorn masters that serve the same app beside the one that is measured."""

import re

from gunicov_common.process import all_processes

from gunicov_helper.process.master import record_bases
from gunicov_helper.process.masters import find_masters

APP = re.compile(r"[\w.]+(:.+)?")  # as it stands last on gunicorn's command line


def same_app_servers(master):
    """Why what the master's workers served need not be all, where others run its app (list of str)."""
    others = [one for one in find_masters(all_processes(), record_bases()) if one.pid != master.pid]
    found = [
        f"pid {one.pid}: {' '.join(one.argv())}" for one in others if may_have_same_app(one, master)
    ]
    if not found:
        return []
    count = len(found) + 1
    listed = "; ".join(found)
    missing = f"what the other served is not in the report ({listed})"
    return [f"gunicorn (pid {master.pid}) is one of {count} with this app here: {missing}"]


def may_have_same_app(process, master):
    """Whether it runs the same app in the same place, or that is not known of the two. Another one's child or
    parent is the same server, being replaced."""
    if master.pid == process.parent or process.pid == master.process.parent:
        return False
    apps = [app_of(process.argv()), app_of(master.argv)]
    return None in apps or (apps[0] == apps[1] and process.link("cwd") == master.cwd())


def app_of(argv):
    last = argv[-1] if len(argv) > 1 else ""
    return last if APP.fullmatch(last) else None
