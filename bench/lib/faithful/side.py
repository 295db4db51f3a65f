"""The directory of one of the two runs of a project: its files, its environment, its log, and what it leaves."""

import contextlib
import json
import os
import re
import time
from pathlib import Path

INJECTED = Path(__file__).with_name("injected")
# What steers pytest, coverage.py or gunicov on this machine.
FOREIGN = (
    "PYTEST",
    "PYTHON",
    "COV",
    "GUNICOV",
    "GUNICORN",
    "VIRTUAL_ENV",
    "CI",
    "FAITHFUL",
    "COLUMNS",
)
# gunicov's own, and bytecode, which it neither reads nor writes.
OURS = (".gunicov", "__pycache__", "server", "gunicov.toml")
SERVER = """\
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]
"""


class Side:
    """`top` holds the project, TMPDIR, HOME and the log of one run."""

    def __init__(self, top, project, environment):
        self.top = Path(os.path.realpath(top))
        self.project, self.environment = project, environment
        self.dir, self.temporary = self.top / "project", self.top / "tmp"
        self.log, self.hold = self.top / "log", self.top / "hold"
        for path in (self.dir, self.temporary, self.top / "home"):
            path.mkdir(parents=True)
        self.log.touch()
        files = {**project.whole(), "server/app.py": SERVER}
        for name, text in files.items():
            path = self.dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    @property
    def command(self):
        first, *rest = self.project.words
        if first == "pytest":
            return [first, "-p", "witness", *rest]
        at = self.project.words.index("pytest") + 1
        return [*self.project.words[:at], "-p", "witness", *self.project.words[at:]]

    def environ(self):
        kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        return {
            **kept,
            "PATH": f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.top / "home"),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(INJECTED),
            "FAITHFUL_LOG": str(self.log),
            "FAITHFUL_HOLD": str(self.hold),
            **dict(self.project.env),
        }

    def save(self, name, old, new):
        """Save a file anew: `new` in the place of `old`, or at its end where that is None."""
        path = self.dir / name
        text = path.read_text()
        path.write_text(text + new if old is None else text.replace(old, new))

    def plain_text(self, text):
        """A text without what differs from place to place and from run to run."""
        text = text.replace(str(self.top), "TOP")
        text = re.sub(r"'FAITHFUL_RUN': '[^']*'", "", text)
        text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
        text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?", "TIME", text)
        for pattern in self.project.masked:
            text = re.sub(pattern, "…", text)
        return text

    def events(self):
        """All that is in the log."""
        whole = self.plain_text(self.log.read_text()).splitlines()
        return [json.loads(line) for line in whole]

    def held(self):
        """How often a test has stood still."""
        return self.log.read_bytes().count(b'"kind": "held"')

    @contextlib.contextmanager
    def holding(self, wait):
        """The tests of what is begun inside stand still; leaves when all its workers do. `wait(condition)`."""
        before = self.held()
        self.hold.touch()
        yield
        wait(lambda: self.held() > before)
        until = time.monotonic() + (10 if self.project.dist == "load" else 2)
        while self.held() < before + self.project.workers and time.monotonic() < until:
            time.sleep(0.01)
        self.hold.unlink()

    def left(self):
        """Files below the project and TMPDIR: names, and the contents of pytest's own cache."""
        found = {}
        for top in (self.dir, self.temporary):
            for path in sorted(top.rglob("*")):
                name = path.relative_to(self.top)
                if (
                    any(part in OURS for part in name.parts)
                    or path.is_dir()
                    and any(path.iterdir())
                ):
                    continue
                text = self.kept(path) if "v/cache/" in str(name) else ""
                shown = re.sub(r"\btmp[a-z0-9_]{8}\b", "tmp…", self.plain_text(str(name)))
                if self.project.parallel:
                    shown = re.sub(r"popen-gw\d+", "popen-gw…", shown)  # which worker is chance
                found.setdefault(shown, []).append(self.plain_text(text))
        return found

    def kept(self, path):
        """A file of pytest's cache (JSON), in whose lists workers write in any order."""
        text = path.read_text()
        if not self.project.parallel or path.name not in ("lastfailed", "nodeids"):
            return text
        return json.dumps(sorted(json.loads(text)))

    def processes(self):
        """What still runs of this side: command lines."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if str(self.log).encode() in (entry / "environ").read_bytes():
                        words = (entry / "cmdline").read_bytes().split(b"\0")
                        found.append(self.plain_text(b" ".join(words).decode("utf-8", "replace")))
                except OSError:
                    continue
        return [line for line in found if line]  # a zombie has none
