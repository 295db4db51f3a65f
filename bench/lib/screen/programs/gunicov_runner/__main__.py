"""Answers as the runner does (docs/protocol.md, section 4), without any test."""

import itertools
import json
import os
import select
import sys
import time

SHORT = 100  # tests of a short run
PAUSE = 0.01  # seconds between two tests of the endless one


class Runner:
    def __init__(self):
        self.runs = int(os.environ["SCREEN_RUNS"])
        self.buffer = b""

    def send(self, **message):
        os.write(1, (json.dumps(message) + "\n").encode())

    def read(self, timeout=None):
        """The next request; None where none has come within `timeout` seconds."""
        while b"\n" not in self.buffer:
            if not select.select([0], [], [], timeout)[0]:
                return None
            chunk = os.read(0, 65536)
            if not chunk:
                os._exit(0)
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def run(self, request):
        self.runs -= 1
        endless = self.runs < 0
        self.send(id=request["id"], event="total", total=100000 if endless else SHORT)
        for number in itertools.count() if endless else range(SHORT):
            self.test(request, number)
            cancel = self.read(PAUSE) if endless else None
            if cancel is not None:
                error = {"kind": "cancelled", "message": "", "fix": ""}
                self.send(id=request["id"], error=error)
                self.send(id=cancel["id"], ok={})
                return
        counts = {"passed": SHORT, "failed": 0, "errors": 0, "skipped": 0}
        self.send(id=request["id"], ok=dict(counts, exit_code=0, ms=1, output="", missing=[]))

    def test(self, request, number):
        now = time.time() * 1000
        test = f"test/system/test_module.py::test_number[{number}]"
        said = {"test": test, "outcome": "passed", "ms": 3, "started": now - 3, "ended": now}
        self.send(id=request["id"], event="test", message="", place="", output="", **said)


def main():
    runner = Runner()
    hello = {"event": "hello", "protocol": 1, "program": "gunicov_runner", "python": "3"}
    runner.send(pid=os.getpid(), uid=os.geteuid(), executable=sys.executable, **hello)
    while True:
        request = runner.read()
        if request["do"] == "run":
            runner.run(request)
        else:
            runner.send(id=request["id"], ok={"interpreter": None, "pytest": True})
