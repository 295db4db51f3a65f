"""gunicorn's reload as the hook has it: old workers go at once and quickly, and nothing of theirs is lost."""

import gzip
import time

import pytest
from conftest import HELLO, wait_until

# Each end that a worker's objects may have, and handlers of the master's that it inherits.
ENDS = f"""\
import atexit, gzip, sys, tempfile, threading, weakref
from pathlib import Path

HERE = Path(__file__).parent
text = open(HERE / "text", "a")
text.write("buffered")
packed = gzip.open(HERE / "packed.gz", "wb")
packed.write(b"buffered")
temporary = tempfile.NamedTemporaryFile(dir=HERE, prefix="temporary-")
(HERE / "made").touch()


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        (HERE / self.name).touch()


class Fails:
    def __del__(self):
        raise KeyboardInterrupt


kept, failing = Ends("kept"), Fails()
cycle = Ends("cycle")
cycle.itself = cycle
weakref.finalize(kept, (HERE / "finalized").touch)
atexit.register((HERE / "handler").touch)
threading._register_atexit((HERE / "threads").touch)


{HELLO}"""

CONFIG = """\
import atexit
from pathlib import Path


def on_starting(server):
    atexit.register(Path("inherited").touch)
"""


@pytest.mark.parametrize("args", [["-k", "sync"], ["-k", "gthread", "--threads", "2"]])
def test_what_a_workers_objects_do_at_its_end_is_done(gunicorn_server, project, args):
    project.write({"app.py": ENDS, "gunicorn.conf.py": CONFIG})
    server = gunicorn_server(project.dir, args=args)
    server.get("/")
    (project.dir / "made").unlink()
    old = list(project.dir.glob("temporary-*"))
    first = server.generation
    server.hup()
    wait_until(lambda: first.ages("done"), "its end")
    names = ("kept", "cycle", "finalized", "handler", "threads", "inherited")
    assert [name for name in names if not (project.dir / name).exists()] == []
    assert (project.dir / "text").read_text() == "buffered"
    with gzip.open(project.dir / "packed.gz") as file:
        assert file.read() == b"buffered"
    assert len(old) == 1 and not old[0].exists()
    assert first.all("done")[0]["status"] == 0
    assert "Traceback" not in server.log()


SLOW_CONFIG = """\
import os, time

if os.path.exists("slow"):
    time.sleep(0.5)
"""


@pytest.mark.parametrize("word", ["flush", "restart"])
def test_workers_go_while_the_master_prepares_the_next_ones(gunicorn_server, project, word):
    project.write({"app.py": HELLO, "gunicorn.conf.py": SLOW_CONFIG})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    server.get("/")
    project.write({"slow": ""})
    (server.dir / word).touch()
    server.hup()
    old, new = server.generations()
    assert max(saved["time"] for saved in old.all("saved")) < new.manifest["time"]
    assert len(old.data_files()) == (2 if word == "flush" else 0)
    assert [retired["age"] for retired in new.manifest["retires"]] == [1, 2]
    assert server.get("/")[0] == 200


def test_a_reload_of_somebody_elses_keeps_the_workers_until_the_next_ones_are_there(
    gunicorn_server, project
):
    project.write({"app.py": HELLO, "gunicorn.conf.py": SLOW_CONFIG})
    server = gunicorn_server(project.dir)
    project.write({"slow": ""})
    server.hup()
    old, new = server.generations()
    assert old.read("saved", 1)["time"] > new.manifest["time"]
    assert len(old.data_files()) == 1


def test_the_end_of_old_workers_is_noticed_at_once(gunicorn_server, project):
    """gunicorn itself looks for it 0.1 s after it has told them to go."""
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir)
    late = []
    for _ in range(5):
        old = server.generation
        server.hup()
        wait_until(lambda old=old: old.ages("done"), "child_exit")
        late.append(old.all("done")[0]["time"] - old.all("saved")[0]["time"])
        time.sleep(0.1)
    assert min(late) < 0.06
