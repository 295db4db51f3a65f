"""pytest in a new interpreter: nothing is imported ahead, nothing is forked."""

import json
import os
import sys

# It gets our modules as text by a pipe, whose number is its argument, as this program has got them.
BOOT = """import sys
fd = int(sys.argv.pop())
sys.path[:] = [entry for entry in sys.path if entry]
with open(fd, encoding="utf-8") as file:
    import json
    given = json.load(file)
from importlib.machinery import ModuleSpec
class Texts:
    def path(self, name):
        base = name.replace(".", "/")
        return next((p for p in (base + ".py", base + "/__init__.py") if p in given["texts"]), None)
    def find_spec(self, name, path=None, target=None):
        found = self.path(name)
        return found and ModuleSpec(name, self, origin=found, is_package=found.endswith("/__init__.py"))
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        path = module.__spec__.origin
        exec(compile(given["texts"][path], path, "exec", dont_inherit=True), module.__dict__)
    def get_source(self, name):
        return given["texts"][self.path(name)]
sys.meta_path.insert(0, Texts())
from gunicov_runner.child.cold import live_cold
live_cold(given)
"""


def become_cold(plan, line, events):
    """Execute the interpreter again; returns only when that fails."""
    texts = next(finder.texts for finder in sys.meta_path if hasattr(finder, "texts"))
    reader, writer = os.pipe()
    for fd in (reader, events, line.fileno()):
        os.set_inheritable(fd, True)
    given = {**plan.values(), "texts": texts, "line": line.fileno(), "events": events}
    if os.fork() == 0:
        try:
            os.close(reader)
            with open(writer, "w", encoding="utf-8") as file:
                json.dump(given, file)
        finally:
            os._exit(0)
    os.close(writer)
    command = plan.command
    argv = [command.interpreter, "-c", BOOT, str(reader)]
    os.execve(command.interpreter, argv, command.environ)


def live_cold(given):
    """All of the life of such an interpreter: pytest, as its command would run it."""
    import socket

    from gunicov_runner.child.plan import Plan
    from gunicov_runner.child.pytest_run import run_pytest
    from gunicov_runner.child.server_ready import ServerReady
    from gunicov_runner.command.command import Command
    from gunicov_runner.process.ending import leave

    code, last, known = 3, None, set(sys.modules)
    try:
        os.set_inheritable(given["events"], False)
        os.set_inheritable(given["line"], False)
        command = Command(given["words"], given["cwd"], dict(os.environ))
        sys.path[:] = command.import_path()
        plan = Plan(command, given["arguments"], first=given["first"])
        server_ready = ServerReady(socket.socket(fileno=given["line"]), held=False)
        code, last = run_pytest(plan, server_ready, given["events"])
    except KeyboardInterrupt:
        code = 2
    finally:
        leave(code, known, last)
