"""Signals that end a worker."""

import signal
import sys
import weakref

LEAVE_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


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
