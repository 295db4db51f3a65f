"""pytest as it is typed by hand: run, cancel by Ctrl-C, edit, run."""

import os
import signal
import subprocess
import time

PATIENCE = 120


class Broken(Exception):
    """A run that did not get to its end, in one line."""


def run(side):
    """(exit code, what it printed) of the three whole runs."""
    codes = [whole(side)]
    for change in side.project.changes():
        side.save(*change)
        if side.project.cancel:
            cancelled(side)
            side.save("server/app.py", None, "\n# saved\n")
        codes.append(whole(side))
    return codes


def start(side):
    with (side.top / "output").open("ab") as output:
        return subprocess.Popen(
            side.command,
            cwd=side.dir,
            env=side.environ(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def whole(side):
    output = side.top / "output"
    before = output.stat().st_size if output.exists() else 0
    process = start(side)
    try:
        code = process.wait(PATIENCE)
        return code, output.read_bytes()[before:].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise Broken("plain pytest did not end") from None


def cancelled(side):
    """A run that Ctrl-C ends while a test stands still."""
    process = None

    def wait(reached):
        until = time.monotonic() + PATIENCE
        while not reached():
            if process.poll() is not None or time.monotonic() > until:
                raise Broken("plain pytest has run no test that could be cancelled")
            time.sleep(0.01)

    try:
        with side.holding(wait):
            process = start(side)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
