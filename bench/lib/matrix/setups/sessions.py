"""gunicov as it is used: a screen that is left open over some saves, then `gunicov run` with each kind of output."""

import json
import os
import subprocess
import sys

from .. import places
from ..server import PATIENCE, Broken
from . import cold, forms

sys.path.insert(0, str(places.ROOT / "test" / "pty"))
GUNICOV = str(places.ROOT / "bin" / "gunicov")
ROWS, COLUMNS = 50, 160
CYCLE_SECONDS = 4 * PATIENCE


def screen(project):
    """Rows of the screen after the last of some saves."""
    from terminal import (
        Terminal,
    )  # pyte is not in each Python that only takes part in the other cases

    env = project.environment(TERM="xterm-256color", LANG="C.UTF-8")
    with Terminal([GUNICOV, "--local"], ROWS, COLUMNS, env, project.dir) as terminal:
        try:
            wait_cycle(terminal, 1)
            project.edit()
            wait_cycle(terminal, 2)
            wait_kept(terminal, project).unlink()
            terminal.press("a")  # a whole run more: what a first cycle leaves behind is there now
            wait_cycle(terminal, 3)
            wait_kept(terminal, project)
            lines = terminal.lines
        except AssertionError as error:
            raise Broken(f"the screen: {str(error)[-1500:]}") from None
        finally:
            terminal.press("q")
            terminal.wait_exit()
    return forms.screen_rows(lines)


def wait_cycle(terminal, number):
    def ended(seen):
        head = "\n".join(seen.lines[:4])
        return "○ waiting for a change" in head and f"cycle {number}" in head

    terminal.wait_for(ended, CYCLE_SECONDS, f"the end of cycle {number}")


def wait_kept(terminal, project):
    """Path of the last report that is kept for editors; that is done when the cycle is over."""
    path = project.dir / ".gunicov" / "coverage.json"
    terminal.wait_for(lambda _: path.exists(), CYCLE_SECONDS, str(path))
    return path


def facts(project):
    """(facts, rows of the JSON that --report wrote, rows of the HTML) of `gunicov run --json`."""
    html, told = project.scratch / "html", project.scratch / "report.json"
    printed = run(project, "--json", "--report", f"html={html}", "--report", f"json={told}")
    every = [json.loads(line) for line in printed.splitlines()]
    page = html / "index.html"
    if not page.exists() or not told.exists():
        raise Broken(f"no report was written: {printed[-600:]}")
    return (
        every,
        forms.json_rows(json.loads(told.read_text()), project.dir),
        forms.html_rows(page.read_text()),
    )


def text(project):
    return forms.text_rows(run(project))


def kept(project):
    """Of `.gunicov/`: the rows of its JSON, and what coverage.py says of its data."""
    own = project.dir / ".gunicov"
    env = project.environment()
    path = f"--data-file={os.path.relpath(own / '.coverage', project.dir)}"
    report = cold.command_line(project, env, "report", "-m", path)
    return forms.json_rows(
        json.loads((own / "coverage.json").read_text()), project.dir
    ), forms.text_rows(report)


def run(project, *words):
    done = subprocess.run(
        [GUNICOV, "run", "--local", *words],
        check=False,
        cwd=project.dir,
        env=project.environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Broken(
            f"gunicov run ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}"
        )
    return done.stdout
