"""Runs a command and ends it when stdin ends.

gunicov starts a local gunicorn through this: however gunicov goes, by kill -9 too, the pipe that is
our stdin closes, and the server goes with it.

    guard.py COMMAND [ARGUMENT ...]

Prints ``gunicov-guard: pid N`` first. Exits with the command's code, 128 + N where signal N ended
it, 127 where it can't be started.
"""

import os
import signal
import subprocess
import sys
import threading

GRACE = 4.0  # seconds between SIGTERM and SIGKILL


def end_group(child):
    """SIGTERM, and after GRACE SIGKILL, to the command's whole process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(GRACE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def end_with_stdin(child):
    while os.read(0, 4096):
        pass
    end_group(child)


def main(argv):
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr)
        return 127
    print(f"gunicov-guard: pid {child.pid}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: end_group(child))
    threading.Thread(target=end_with_stdin, args=(child,), daemon=True).start()
    code = child.wait()
    end_group(child)  # workers whose master was killed
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
