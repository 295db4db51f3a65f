"""Libraries imported once in the master, compiled code handed on: and never anything that has changed."""

import json
import os

import pytest
from conftest import measured
from helper_client import HelperClient, Refused, clean_environment

APP = """\
import heavy
{imports}

def app(environ, start_response):
    body = heavy.VALUE.encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
# Each import of it is a line in a file.
HEAVY = """\
import os
VALUE = "one"
with open(os.environ["LOG"], "a") as log:
    log.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def library(project, tmp_path):
    """A directory of installed modules."""
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    return Library(project, folder, tmp_path / "log")


class Library:
    def __init__(self, project, folder, log):
        self.project, self.dir, self.log = project, folder, log
        # Without a source coverage measures all that is in no place of this Python's for libraries.
        self.env = {"PYTHONPATH": str(folder), "LOG": str(log), "GUNICOV_SOURCE": "."}
        self.write("heavy", HEAVY)
        project.write({"app.py": APP.format(imports="")})

    def write(self, name, text):
        (self.dir / f"{name}.py").write_text(text)

    def imports(self):
        return self.log.read_text().split()


def reload_until_still(server, library, limit=4):
    """Reload until no worker imports it any more."""
    for _ in range(limit):
        before = library.imports()
        server.hup()
        if library.imports() == before:
            return
    raise AssertionError("each generation imports it anew")


def kept_out(server, library):
    for _ in range(3):
        before = len(library.imports())
        server.hup()
        assert len(library.imports()) > before
    return server


def test_a_library_is_imported_once_in_the_master(gunicorn_server, library):
    server = gunicorn_server(library.project.dir, env=library.env, args=["-w", "2"])
    reload_until_still(server, library)
    assert str(server.pid) in library.imports()
    assert server.get("/") == (200, "one")
    booted = server.generation.read("booted", max(server.generation.ages("booted")))
    assert "heavy" not in [name for name, _ in booted["libraries"]]
    assert str(library.dir / "heavy.py") in server.master["libraries"]


def test_a_library_that_is_imported_while_serving_is_too(gunicorn_server, library):
    text = APP.format(imports="").replace("import heavy\n", "")
    text = text.replace("    body", "    import heavy\n    body", 1)
    library.project.write({"app.py": text})
    server = gunicorn_server(library.project.dir, env=library.env, args=["-w", "1"])
    for _ in range(3):
        assert server.get("/") == (200, "one")
        server.hup()
    before = library.imports()
    assert server.get("/") == (200, "one") and str(server.pid) in before
    assert library.imports() == before


# What fails, or does something else, where it is not imported by the app.
FAILS = "import sys\nif 'app' not in sys.modules: raise ImportError('only for the app')\n"


@pytest.mark.parametrize(
    "unsafe",
    [
        "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n",
        "import _thread\nheld = _thread.allocate_lock()\nheld.acquire()\n_thread.start_new_thread(held.acquire, ())\n",
        "import socket\nkept = socket.socket()\n",
        "import random\nnumbers = random.Random()\n",
        "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: None)\n",
        "import project_code\n",
        FAILS,
    ],
    ids=[
        "a thread",
        "a thread that Python does not know",
        "a socket",
        "a generator",
        "a signal",
        "the project's code",
        "a failure",
    ],
)
def test_what_is_not_safe_to_import_there_stays_out(gunicorn_server, library, unsafe):
    library.project.write({"project_code.py": ""})
    library.write("heavy", unsafe + HEAVY)
    server = gunicorn_server(library.project.dir, env=library.env)
    kept_out(server, library)
    assert server.get("/") == (200, "one")
    assert str(library.dir / "heavy.py") not in server.master["libraries"]


# Its thread ends at each fork, as that of numpy's OpenBLAS.
PREPARED = """\
import _thread, os
go, gone = _thread.allocate_lock(), _thread.allocate_lock()

def run():
    go.acquire()
    gone.release()

def end():
    if gone.locked():
        go.release()
        gone.acquire()
        gone.release()

go.acquire()
gone.acquire()
_thread.start_new_thread(run, ())
os.register_at_fork(before=end)
"""
# As libffi keeps its own, once there is a callback of ctypes'.
OPEN_LIBRARY = "import _ctypes\nkept = open(_ctypes.__file__, 'rb')\n"


@pytest.mark.parametrize("harmless", [PREPARED, OPEN_LIBRARY], ids=["a thread", "a library"])
def test_what_forks_may_share_is_imported_there(gunicorn_server, library, harmless):
    library.write("heavy", harmless + HEAVY)
    server = gunicorn_server(library.project.dir, env=library.env)
    reload_until_still(server, library)
    assert server.get("/") == (200, "one")


def test_a_package_that_is_not_safe_does_not_keep_the_others_out(gunicorn_server, library):
    library.write("unsafe", "import socket\nkept = socket.socket()\n")
    library.project.write({"app.py": APP.format(imports="import unsafe")})
    server = gunicorn_server(library.project.dir, env=library.env)
    reload_until_still(server, library)
    libraries = server.master["libraries"]
    assert str(library.dir / "heavy.py") in libraries
    assert str(library.dir / "unsafe.py") not in libraries


@pytest.mark.parametrize(
    "env", [{"GUNICOV_PRELOAD": "0"}, {"GUNICOV_PRELOAD_EXCLUDE": "other, heavy"}]
)
def test_it_can_be_switched_off(gunicorn_server, library, env):
    kept_out(gunicorn_server(library.project.dir, env={**library.env, **env}), library)


def test_a_library_that_is_measured_itself_is_not_imported_there(gunicorn_server, library):
    library.project.write({"rc": "[run]\nsource = .\nsource_pkgs = heavy\n"})
    env = {**library.env, "GUNICOV_COVERAGE_CONFIG": "rc"}
    server = kept_out(gunicorn_server(library.project.dir, env=env), library)
    lines, _ = measured(server.generations()[-2].data_files(), library.dir)["heavy.py"]
    assert 2 in lines


def test_green_threads_patch_first(gunicorn_server, library):
    pytest.importorskip("gevent")
    kept_out(gunicorn_server(library.project.dir, env=library.env, args=["-k", "gevent"]), library)


def test_one_that_is_installed_anew_is_not_served_old(gunicorn_server, library):
    server = gunicorn_server(library.project.dir, env=library.env)
    reload_until_still(server, library)
    helper = HelperClient(env=clean_environment())
    helper.ask("find", pid=server.pid)
    helper.ask("restart", timeout=20)
    library.write("heavy", HEAVY.replace("one", "second"))
    generation = server.generation.dir
    with pytest.raises(Refused) as refused:
        helper.ask("restart", timeout=20)
    assert "stale" in str(refused.value) and "heavy.py" in str(refused.value)
    assert server.generation.dir == generation
    fresh = helper.ask("freshness", files=[], source=[])
    assert not fresh["fresh"] and "heavy.py" in fresh["why"]
    helper.close()


def test_code_of_the_project_is_compiled_once_and_anew_when_it_changes(gunicorn_server, project):
    project.write({"app.py": "import own\nfrom own import app\n", "own.py": OWN.format(text="one")})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    assert compiled(server) == {"app.py", "own.py"}
    server.hup()
    assert compiled(server) == set()
    project.write({"own.py": OWN.format(text="two")})
    server.hup()
    assert compiled(server) == {"own.py"}
    assert server.get("/") == (200, "two")
    project.write({"own.py": OWN.format(text="one")})
    server.hup()
    assert server.get("/") == (200, "one")
    lines, _ = measured(server.generations()[-2].data_files(), project.dir)["own.py"]
    assert {1, 2, 3} <= lines


OWN = """\
def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "3")])
    return [b"{text}"]
"""


def compiled(server):
    """Names of the project's files that the newest generation's workers have compiled themselves."""
    found = set()
    for path in (server.generation.dir / "code").iterdir():
        index = json.loads(path.read_bytes().partition(b"\n")[0])
        found |= {os.path.basename(name) for name in index}
    return found
