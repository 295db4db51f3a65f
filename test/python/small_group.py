"""A cgroup in which memory is scarce, and an app that eats it."""

import os
import signal
import time
from pathlib import Path

import pytest

MEMORY = "/sys/fs/cgroup/memory"
HUNGRY = """\
def app(environ, start_response):
    kept = []
    while environ["PATH_INFO"] == "/eat":
        kept.append(b"x" * 1000000)
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""


@pytest.fixture
def small_group():
    """A cgroup with 200 MB, in which this process may start others."""
    path = f"{MEMORY}/gunicov-test-{os.getpid()}"
    try:
        os.mkdir(path)
    except OSError:
        pytest.skip("no memory cgroup can be made here (test/docker has the same in a container)")
    with open(f"{path}/memory.limit_in_bytes", "w") as file:
        file.write("200000000")
    yield path
    with open(f"{path}/cgroup.procs") as file:
        for pid in file.read().split():
            os.kill(int(pid), signal.SIGKILL)
    until = time.monotonic() + 60
    while Path(path, "cgroup.procs").read_text() and time.monotonic() < until:
        time.sleep(0.02)
    os.rmdir(path)


def joins(group):
    """gunicorn's hook by which a master goes into that cgroup as it starts."""
    return f"def on_starting(server):\n    open('{group}/cgroup.procs', 'w').write('0')\n"
