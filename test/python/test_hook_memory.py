"""Where the server's memory is scarce, workers end before the next ones come, one after the other."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from conftest import HELLO, hook_module

MB = 1_000_000
FILES = {
    "version 2": {
        "memory.max": f"{128 * MB}\n",
        "memory.current": f"{100 * MB}\n",
        "memory.stat": f"anon {80 * MB}\ninactive_file {5 * MB}\n",
    },
    "version 1": {
        "memory.limit_in_bytes": f"{128 * MB}\n",
        "memory.usage_in_bytes": f"{100 * MB}\n",
        "memory.stat": f"inactive_file 0\ntotal_inactive_file {5 * MB}\n",
    },
    "no limit": {"memory.max": "max\n", "memory.current": "1\n", "memory.stat": ""},
    "nothing": {},
}
ROOM = {"version 2": 33 * MB, "version 1": 33 * MB, "no limit": None, "nothing": None}


@pytest.mark.parametrize("name", FILES)
def test_the_room_that_a_cgroup_has(tmp_path, monkeypatch, name):
    for path, text in FILES[name].items():
        (tmp_path / path).write_text(text)
    room = hook_module("cgroup", tmp_path, monkeypatch).memory_room
    assert room([str(tmp_path / "elsewhere"), str(tmp_path)]) == ROOM[name]


@contextlib.contextmanager
def cgroup(limit):
    """A cgroup (version 1) of so many bytes, that a process can be put into."""
    base = Path("/sys/fs/cgroup/memory")
    own = next(
        (line for line in Path("/proc/self/cgroup").read_text().split() if ":memory:" in line), ""
    )
    group = base / own.partition(":memory:/")[2] / f"gunicov-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(limit))
    except OSError as error:
        pytest.skip(f"no cgroup can be made here: {error}")
    try:
        yield group
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        for _ in range(100):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)


SLOW = "import atexit\nimport time\n\natexit.register(time.sleep, 0.2)\n\n\n" + HELLO


@pytest.mark.parametrize("word", ["flush", "restart"])
@pytest.mark.parametrize("scarce", [True, False])
def test_workers_make_room_where_memory_is_scarce(gunicorn_server, project, word, scarce):
    project.write({"app.py": SLOW})
    with cgroup((56 if scarce else 2000) * MB) as group:
        server = gunicorn_server(project.dir, args=["-w", "2"])
        for pid in [server.pid, *(told["pid"] for told in server.generation.all("booted"))]:
            (group / "cgroup.procs").write_text(str(pid))
        (server.dir / word).touch()
        server.hup()
        old, new = server.generations()
        assert (old.dir / "one-by-one").exists() is scarce
        last_end = max(told["time"] for told in old.all("saved"))
        first_fork = new.manifest["time"]
        if scarce and word == "restart":
            assert last_end < first_fork
        assert len(old.data_files()) == (2 if word == "flush" else 0)
        assert server.get("/") == (200, "hello")
