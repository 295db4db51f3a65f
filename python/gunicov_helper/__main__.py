"""The program: hello, and then requests until stdin ends."""

import os
import signal
import sys
import traceback

from gunicov_helper.helper import Helper
from gunicov_helper.protocol.channel import Channel
from gunicov_helper.protocol.loop import Loop

PROTOCOL = 1


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
            "program": "gunicov_helper",
            "pid": os.getpid(),
            "uid": os.geteuid(),
            "executable": sys.executable,
            "python": "{}.{}.{}".format(*sys.version_info[:3]),
        }
    )
    helper, code = Helper(), 0
    try:
        Loop(channel, helper.start, helper.chores, helper.tick, helper.failure).run()
    except BaseException:  # noqa: BLE001 - a bug: who reads stderr must find it there
        traceback.print_exc()
        code = 1
    finally:
        helper.close()
        sys.stderr.flush()
        os._exit(code)
