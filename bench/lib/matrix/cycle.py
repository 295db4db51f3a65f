"""A cycle through gunicov's hook and helper."""

import os
import socket
import sys

from . import places
from .numbers import numbers
from .server import PATIENCE, Broken, Server

sys.path.insert(0, str(places.ROOT / "test" / "python"))
import helper_client  # it injects the helper just as gunicov does

HOOK = places.ROOT / "python" / "gunicov_hook.py"
STALL = 8000  # ms of a flush: the hook's cap of 2 s, gevent's ways and a busy machine


def browser_tab(url):
    """A keep-alive connection that is left open after one request."""
    host, port = url.rpartition("/")[2].split(":")
    tab = socket.create_connection((host, int(port)), timeout=PATIENCE)
    tab.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    tab.recv(65536)
    return tab


def run(python, case, project):
    """{path: numbers} of a cycle: restart, requests, flush, collect. Its roster must be whole, and
    a connection that is held open must not stall the flush."""
    base = project.scratch / "record"
    server = Server(
        python,
        case,
        project,
        "cycle",
        args=["-c", HOOK],
        GUNICOV_DIR=base,
        GUNICOV_COVERAGE_CONFIG=project.rc,
    )
    helper = None
    try:
        server.until(lambda: len(list(base.glob("*/gen-*/booted/[0-9]*"))) >= case.workers, "boot")
        helper = helper_client.HelperClient(python, env=helper_client.clean_environment())
        helper.ask("find", pid=server.pid, patience=PATIENCE)
        limits = {"timeout": PATIENCE, "patience": PATIENCE + 5}
        booted = helper.ask("restart", **limits)
        if booted["boot_errors"] or booted["config_error"]:
            raise Broken(f"the restart failed: {booted}")
        server.drive(project.kind)
        with browser_tab(server.url()):
            flushed = helper.ask("flush", **limits)
        if flushed["ms"] > STALL:
            raise Broken(f"an idle connection stalled the flush: {flushed['ms']} ms")
        if flushed["lost"] or not flushed["written"] == flushed["expected"] == case.workers:
            raise Broken(f"data is missing: {flushed}")
        collected = helper.ask("collect", generation=flushed["generation"], patience=PATIENCE)
        if collected["superseded"]:
            raise Broken(f"superseded: {collected['superseded']}")
        files = collected["report"]["files"]
        return {os.path.relpath(entry["path"], project.dir): numbers(entry) for entry in files}
    except helper_client.Refused as error:
        raise Broken(f"the helper refused: {error}") from None
    finally:
        if helper:
            helper.close()
        server.kill()
