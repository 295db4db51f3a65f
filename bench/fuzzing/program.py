"""Feeds a program of ours with what comes on stdin: each input four bytes of length and then itself.

    program.py helper|runner|child|real-helper|real-runner

Prints a line of JSON for each finding, {"kind": "crash" or "hang", "input": …, "what": …}, and at last
{"inputs": n}.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "test" / "python")]

SLOW = 10  # seconds
KINDS = {
    *("bad-request", "cancelled", "timeout", "no-gunicorn", "several-masters", "server-busy"),
    *("master-gone", "stale", "no-hook", "no-coverage", "coverage-error", "no-report", "denied"),
    *("no-command", "no-tests", "config", "usage", "no-plugin", "crashed"),
}


class Hang(Exception):
    pass


def on_alarm(*_):
    raise Hang(f"nothing came of it within {SLOW} s")


def check_answer(answer):
    """Raise unless this is one answer that the protocol allows."""
    json.dumps(answer, allow_nan=False)
    if "event" in answer:
        return
    if "ok" not in answer:
        error = answer["error"]
        assert error["kind"] in KINDS, f"{error['kind']}: {error['message']}"
        assert isinstance(error["message"], str) and len(error["message"]) < 100_000


class HelperInside:
    """The helper's channel, parser, loop and requests, in this process, where no gunicorn runs."""

    def __init__(self):
        from gunicov_helper.helper import Helper
        from gunicov_helper.protocol.channel import Channel
        from gunicov_helper.protocol.loop import Loop
        from gunicov_helper.requests import find

        find.all_processes = dict
        self.sent = []

        class Deaf(Channel):
            def send_line(channel, line):
                self.sent.append(json.loads(line))

        self.channel = Deaf(-1, -1)
        helper = Helper()
        self.loop = Loop(self.channel, helper.start, helper.chores, helper.tick, helper.failure)

    def take(self, line):
        self.sent.clear()
        # In two pieces, as a pipe may give it.
        middle = len(line) // 2
        feed = self.channel.lines.feed
        lines = [*feed(line[:middle]), *feed(line[middle:] + b"\n")]
        assert len(lines) == 1, lines
        self.loop.accept(lines[0])
        for number in list(self.loop.jobs):
            cancel = {"id": 2**31 - 1, "do": "cancel", "target": number}
            self.loop.accept(json.dumps(cancel).encode())
        assert not self.loop.jobs, "a request did not settle"
        answers = [one for one in self.sent if one.get("id") != 2**31 - 1 and "event" not in one]
        assert len(answers) == (1 if line.strip() else 0), self.sent
        for answer in self.sent:
            check_answer(answer)


class RunnerInside:
    """The runner's lines, parser and requests, in this process; nothing is forked."""

    def __init__(self):
        from gunicov_common.lines import Lines
        from gunicov_runner import runner
        from gunicov_runner.text import encode

        os.environ["PATH"] = "/nowhere"
        self.sent, self.lines = [], Lines()

        class Channel:
            broken, input = False, -1

            def send(_, message):
                self.sent.append(json.loads(encode(message)))

        class Started:
            events = output = -1
            held = False

            def __init__(run, request, wanted, *_):
                run.request = request
                assert wanted.command.words and isinstance(wanted.select, list), wanted
                assert wanted.timeout is None or wanted.timeout > 0
                assert wanted.grace > 0
                self.sent.append({"id": request, "ok": {}})

            def stop(run, failure):
                pass

        class Selector:
            def register(*_):
                pass

            unregister = register

        runner.Run, runner.Channel = Started, Channel
        runner.selectors.DefaultSelector = Selector
        runner.Runner._catch_signals = lambda self: None
        runner.Runner.woken = -1
        self.runner = runner.Runner()
        self.runner.warmed = True

    def take(self, line):
        self.sent.clear()
        middle = len(line) // 2
        lines = [*self.lines.feed(line[:middle]), *self.lines.feed(line[middle:] + b"\n")]
        assert len(lines) == 1, lines
        self.runner.on_line(lines[0])
        self.runner.run = None
        assert len(self.sent) == 1, self.sent
        check_answer(self.sent[0])


class ChildInside:
    """What the runner makes of its child's lines."""

    def __init__(self):
        from gunicov_common.lines import Lines
        from gunicov_runner.run import Run
        from gunicov_runner.text import Tail, encode

        self.sent = []

        class Channel:
            def send(_, message):
                self.sent.append(json.loads(encode(message)))

        class Runner:
            channel = Channel()

            def note_arguments(*_):
                pass

            def note_measures(*_):
                return False

        class Command:
            pytest, words, cwd = True, ["pytest"], "/"

        self.run = run = object.__new__(Run)
        run.request, run.runner, run.stopped, run.lines = 7, Runner, None, Lines()
        run.command, run.tail, run.begun = Command, Tail(), time.monotonic()
        run.missing, run.exec_errno, run.refused, run.select = [], None, "", []
        run.cold = run.why_cold = None
        self.forget()

    def forget(self):
        self.run.outcomes, self.run.running, self.run.imported = {}, {}, {}
        self.run.total, self.run.internal, self.run.finished = None, None, False

    def take(self, line):
        self.sent.clear()
        self.run._events(line + b"\n")
        self.run._during()
        json.dumps(self.run._counts(0, "", "ended with 0"), allow_nan=False)
        for message in self.sent:
            json.dumps(message, allow_nan=False)
            assert message["id"] == 7 and message["event"] in ("total", "test", "told"), message
        if len(self.run.outcomes) > 100:
            self.forget()


class Real:
    """An injected process: a batch of lines, and then one that must be answered."""

    BATCH = 50
    mark = 1_000_000_000

    def __init__(self, client):
        self.client, self.batch, self.numbers = client, [], []

    def take(self, line):
        try:
            request = json.loads(line.decode())
        except (ValueError, RecursionError):
            request = None
        if isinstance(request, dict) and not self.may(request):
            return
        self.batch.append(line)
        if isinstance(request, dict) and isinstance(request.get("id"), int):
            self.numbers.append(request["id"])
        if len(self.batch) >= self.BATCH:
            self.finish()

    def finish(self):
        cancels = [{"do": "cancel", "target": number} for number in self.numbers]
        self.mark += len(cancels) + 1
        for index, cancel in enumerate(cancels):
            cancel["id"] = self.mark - index - 1
        last = {"id": self.mark, "do": "cancel", "target": 1}
        lines = [*self.batch, *(json.dumps(one).encode() for one in [*cancels, last])]
        self.batch, self.numbers = [], []
        self.client.write(b"".join(line + b"\n" for line in lines))
        while True:
            answer = self.read()
            assert answer is not None, "it has ended"
            check_answer(answer)
            if answer.get("id") == self.mark:
                return

    def close(self):
        if self.batch:
            self.finish()
        code = self.client.close()
        assert code == 0, f"exit code {code}"


class RealHelper(Real):
    """Beside a gunicorn of its own: it may find no other one."""

    def __init__(self):
        from helper_client import HelperClient, clean_environment

        self.directory = tempfile.mkdtemp(prefix="gunicov-fuzz-")
        (Path(self.directory) / "app.py").write_text(
            "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"
        )
        env = clean_environment(GUNICOV_DIR=self.directory, HOME=self.directory)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-w", "1", "-b", f"unix:{self.directory}/socket"]
            + ["-c", str(ROOT / "python" / "gunicov_hook.py"), "app:app"],
            cwd=self.directory,
            env=env,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        super().__init__(HelperClient(env=env, cwd=self.directory))
        self.client.ask("find", pid=self.server.pid)
        self.restarts = 0

    def may(self, request):
        """Never another master; and few restarts, which take their time."""
        if request.get("do") == "find":
            return request.get("pid") == self.server.pid
        if request.get("do") in ("restart", "flush"):
            self.restarts += 1
            return self.restarts % 50 == 0
        return True

    def read(self):
        return self.client.line(SLOW)

    def close(self):
        try:
            super().close()
        finally:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            shutil.rmtree(self.directory, ignore_errors=True)


class RealRunner(Real):
    def __init__(self):
        from runner_client import RunnerClient

        os.environ["PATH"] = "/nowhere"
        self.directory = tempfile.mkdtemp(prefix="gunicov-fuzz-")
        super().__init__(RunnerClient(self.directory))

    def may(self, request):
        """It runs nothing but `true`."""
        command = request.get("command")
        if request.get("do") != "run" or not isinstance(command, list) or not command:
            return True
        return command[0] == "/bin/true" or "/" not in str(command[0])

    def read(self):
        return self.client.next(SLOW)

    def close(self):
        try:
            super().close()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)


SUBJECTS = {
    "helper": HelperInside,
    "runner": RunnerInside,
    "child": ChildInside,
    "real-helper": RealHelper,
    "real-runner": RealRunner,
}


def tell(message):
    sys.__stdout__.write(json.dumps(message) + "\n")
    sys.__stdout__.flush()


def attempt(work, line):
    """Do it with its time limit; false where it found something."""
    signal.alarm(SLOW)
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        kind = "hang" if isinstance(error, Hang) else "crash"
        tell({"kind": kind, "input": line.decode("latin-1"), "what": traceback.format_exc()})
        return False
    finally:
        signal.alarm(0)
    return True


def main(name):
    signal.signal(signal.SIGALRM, on_alarm)
    os.chdir("/")
    subject = SUBJECTS[name]()
    inputs = found = 0
    source = sys.stdin.buffer
    line = b""
    while head := source.read(4):
        line = source.read(int.from_bytes(head, "big"))
        inputs += 1
        found += not attempt(lambda: subject.take(line), line)  # noqa: B023 - called at once
        if found >= 20:
            break
    if hasattr(subject, "close"):
        attempt(subject.close, line)
    tell({"inputs": inputs})
    sys.__stdout__.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
