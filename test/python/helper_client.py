"""A client of gunicov_helper that injects it just as gunicov does (docs/protocol.md, section 1)."""

import base64
import json
import os
import queue
import subprocess
import sys
import threading

from injected import bootstrap, preamble

PATIENCE = 60  # seconds: a busy machine is slow, a hang is for ever
BOOTSTRAP, PREAMBLE = bootstrap("gunicov_helper"), preamble("gunicov_helper")


class HelperClient:
    """One running helper. `hello` is its first line; `events` holds progress by request id."""

    def __init__(self, python=sys.executable, env=None, cwd=None, **options):
        self.process = subprocess.Popen(
            [python, "-c", BOOTSTRAP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=cwd,
            **options,
        )
        self.write(PREAMBLE)
        self.lines = queue.Queue()
        self.stderr = b""
        self.numbers = iter(range(1, 1 << 30))
        self.events, self.answers = {}, {}
        self.threads = [threading.Thread(target=f, daemon=True) for f in (self.pump, self.listen)]
        for thread in self.threads:
            thread.start()
        self.hello = self.line()

    def pump(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def listen(self):
        self.stderr = self.process.stderr.read()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self, timeout=PATIENCE):
        """The next line, parsed; None when the helper has ended."""
        line = self.lines.get(timeout=timeout)
        return None if line is None else json.loads(line)

    def send(self, do, **fields):
        """Send a request without waiting for anything; returns its id."""
        number = next(self.numbers)
        self.write(json.dumps(dict(fields, id=number, do=do)).encode() + b"\n")
        return number

    def wait(self, number, timeout=PATIENCE):
        """The answer to a request: {"ok": …} or {"error": …}."""
        while number not in self.answers:
            self.take(self.line(timeout))
        return self.answers.pop(number)

    def wait_event(self, number, event, timeout=PATIENCE):
        """Wait for a progress event of a request, and return it."""
        while True:
            for told in self.events.get(number, []):
                if told["event"] == event:
                    return told
            assert number not in self.answers, f"settled before {event}: {self.answers[number]}"
            self.take(self.line(timeout))

    def take(self, message):
        assert message is not None, f"the helper has ended: {self.stderr.decode()}"
        if "event" in message:
            self.events.setdefault(message["id"], []).append(message)
        else:
            assert message["id"] not in self.answers, f"settled twice: {message}"
            self.answers[message["id"]] = message

    def ask(self, do, patience=PATIENCE, **fields):
        """Send a request and return its `ok`; an error raises Refused."""
        answer = self.wait(self.send(do, **fields), patience)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def refused(self, do, **fields):
        """Send a request that must fail; returns its error."""
        answer = self.wait(self.send(do, **fields))
        assert "error" in answer, answer
        return answer["error"]

    def files(self, number):
        """{path: bytes} of the `file` events of a request, checking their parts' order."""
        found, done = {}, set()
        for event in self.events.get(number, []):
            if event["event"] == "file":
                path = event["path"]
                assert path not in done, f"a part after the last of {path}"
                parts = found.setdefault(path, [])
                assert event["part"] == len(parts)
                parts.append(base64.b64decode(event["data"]))
                if event["last"]:
                    done.add(path)
        assert done == set(found)
        return {path: b"".join(parts) for path, parts in found.items()}

    def close(self, timeout=PATIENCE):
        """End its stdin and wait for it; returns the exit code."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            return self.process.wait(timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


class Refused(Exception):
    """The error of a request that a test expected to succeed."""


def clean_environment(**extra):
    """This process's environment without what steers gunicov or coverage."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUNICOV", "COVERAGE"))}
    return dict(kept, **extra)
