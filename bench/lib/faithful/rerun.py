"""The failed tests alone: by hand with their node ids, in gunicov with the key `f`."""

import subprocess
import sys

from matrix import places

from . import plain, watched
from .record import records

sys.path.insert(0, str(places.ROOT / "test" / "pty"))


def by_hand(side):
    """A whole run, and one of the tests that failed in it."""
    plain.whole(side)
    outcomes = records(side)[0][0].outcomes()
    failed = [test for test, (outcome, _) in outcomes.items() if outcome in ("failed", "error")]
    with (side.top / "output").open("ab") as output:
        subprocess.run(
            [*side.command, *failed],
            check=False,
            cwd=side.dir,
            env=side.environ(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=plain.PATIENCE,
        )


def by_key(side, program):
    """The same on gunicov's screen."""
    from terminal import Terminal  # needs pyte

    watched.configure(side)
    env = {**side.environ(), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal([program, "--local"], 40, 160, env, side.dir) as terminal:
        try:
            wait_cycle(terminal, 1)
            terminal.press("f")
            wait_cycle(terminal, 2)
        except AssertionError as error:
            raise plain.Broken(f"the screen: {str(error)[-900:]}") from None
        finally:
            terminal.press("q")
            terminal.wait_exit()


def wait_cycle(terminal, number):
    def ended(seen):
        head = "\n".join(seen.lines[:4])
        return "○ waiting for a change" in head and f"cycle {number}" in head

    terminal.wait_for(ended, plain.PATIENCE, f"the end of cycle {number}")
