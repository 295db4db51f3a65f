"""The same by `gunicov watch --json`, with a small local server: saves start runs, and cancel them."""

import json
import signal
import subprocess
import sys
import threading
import time

from matrix import places

from .plain import PATIENCE, Broken

GUNICOV = str(places.ROOT / "bin" / "gunicov")
CONFIG = """\
[tool.gunicov.server]
command = {server}
source = ["server"]

[tool.gunicov.tests]
command = {tests}
source = ["."]
requests = false

[tool.gunicov.watch]
ignore = ["*"]
include = {watched}
"""


def run(side, program):
    """The facts of the three whole cycles of a gunicov (path of its program), each a list."""
    configure(side)
    with Watch(side, program) as watch:
        cycles = [watch.cycle()]
        for change in side.project.changes():
            if side.project.cancel:
                watch.begin(side, change)
                side.save("server/app.py", None, "\n# saved\n")
            else:
                side.save(*change)
            cycles.append(watch.cycle())
    return cycles


def configure(side):
    """Write the project's gunicov.toml."""
    server = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1"]
    server += ["--pythonpath", "server", "app:app"]
    watched = ["/server/app.py", *(f"/{change[0]}" for change in side.project.changes())]
    config = CONFIG.format(
        server=json.dumps(server), tests=json.dumps(side.command), watched=json.dumps(watched)
    )
    (side.dir / "gunicov.toml").write_text(config)


class Watch:
    """A gunicov that is left open."""

    def __init__(self, side, program):
        self.facts, self.taken = [], 0
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [program, "watch", "--json", "--local"],
            cwd=side.dir,
            env=side.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(side.top / "errors").open("wb"),
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.facts.append(json.loads(line))
                self.changed.notify_all()

    def wait(self, reached, what):
        """Until `reached()`, looked at 100 times a second."""
        until = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > until or self.process.poll() is not None:
                last = json.dumps(self.facts[-3:])[-600:]
                raise Broken(f"gunicov: waited for {what}; its last facts: {last}")
            time.sleep(0.01)

    def begin(self, side, change):
        """Save a file, and wait until a test of the cycle that it starts stands still."""
        with side.holding(lambda reached: self.wait(reached, "a test that could be cancelled")):
            side.save(*change)

    def cycle(self):
        """Wait for the next cycle that is not cancelled; returns its facts."""
        self.wait(self.next_end, "the end of a cycle")
        end = self.next_end()
        number, self.taken = end["cycle"], end["seq"]
        return [fact for fact in self.facts if fact["cycle"] == number]

    def next_end(self):
        for fact in self.facts[self.taken :]:
            if fact["type"] == "cycle.finished" and fact["outcome"] != "cancelled":
                return fact
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Broken("gunicov did not end at SIGINT") from None
        finally:
            self.reader.join(10)
            self.process.stdout.close()
