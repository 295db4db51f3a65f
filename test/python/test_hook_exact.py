"""The hook's data: lines and branches equal a cold run's, and no worker's are missing."""

import importlib.util
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import HELLO, measured, wait_until

APP = """\
import threading

import shapes
from parts.deep import classify


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/thread":
        helper = threading.Thread(target=shapes.in_thread, args=(3,))
        helper.start()
        helper.join()
    elif path == "/late":
        import late

        late.run()
    body = ",".join([classify(len(path)), shapes.area(path)]).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    yield body
    if path == "/tail":
        shapes.tail()
"""

FILES = {
    "app.py": APP,
    "shapes.py": """\
def area(name):
    for letter in name:
        if letter == "q":
            return "square"
    else:
        pass
    return "round"


def in_thread(count):
    while count:
        count -= 1
    return count


def tail():
    return [x for x in range(3) if x]


def never():
    return 0
""",
    "late.py": "def run():\n    return 1 if __name__ else 2\n",
    "parts/__init__.py": "",
    "parts/deep.py": """\
def classify(size):
    if size > 5:
        return "long"
    return "short"
""",
    "unused.py": "x = 1\n",
    "coverage.rc": "[run]\nbranch = True\nsource = .\n",
    "cold.rc": "[run]\nbranch = True\nsource = .\nparallel = True\ndata_file = ${COLD_DATA}\n",
}
PATHS = ["/", "/thread", "/late", "/a-long-one", "/q", "/tail", "/thread"]

ASGI = """\
import shapes


async def app(scope, receive, send):
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    body = shapes.area(scope["path"]).encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})
"""

CLASSES = {
    "sync": (["-k", "sync"], APP, None),
    "gthread": (["-k", "gthread", "--threads", "3"], APP, None),
    "gevent": (["-k", "gevent", "--graceful-timeout", "10"], APP, "gevent"),
    "asgi": (["-k", "asgi"], ASGI, "gunicorn.asgi"),
    "uvicorn": (["-k", "uvicorn_worker.UvicornWorker"], ASGI, "uvicorn_worker"),
}


def installed(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture(params=CLASSES)
def worker_class(request):
    args, app, needs = CLASSES[request.param]
    if needs and not installed(needs):
        pytest.skip(f"{needs} is not installed")
    return args, app, request.param


def drive(server, rounds=3):
    """The same requests each time, several at once; all of them must be answered with 200."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(server.get, PATHS * rounds))
    assert {status for status, _ in answers} == {200}, server.log()


def comparable(paths, below):
    """What is measured, and the same each time: from Python 3.14 on that is of the arcs the branches only, and two
    cold runs differ in what else coverage's tracer has told."""
    whole = measured(paths, below)
    if sys.version_info < (3, 14):
        return whole
    return {name: (lines, arcs & branches(below / name)) for name, (lines, arcs) in whole.items()}


def branches(path):
    """The arcs by which the lines of a file (none where it is gone) are left that can be left in several ways."""
    from coverage.parser import PythonParser

    if not path.exists():
        return set()
    parser = PythonParser(filename=str(path))
    parser.parse_source()
    exits = parser.exit_counts()
    return {(start, end) for start, end in parser.arcs() if exits.get(start, 0) > 1}


def cold_run(start, project, args, tmp_path, rc="cold.rc"):
    """Plain gunicorn, coverage started by coverage.py in each process, server stopped."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import coverage\ncoverage.process_startup()\n")
    data = tmp_path / "cold-data"
    data.mkdir()
    env = {
        "COVERAGE_PROCESS_START": project.dir / rc,
        "COLD_DATA": data / ".coverage",
        "PYTHONPATH": site,
    }
    if "uvicorn" in args[1]:
        # Its workers never run exit handlers on SIGTERM; a plain handler is what a user must add.
        project.write(
            {
                "gunicorn.conf.py": "import signal, sys\n\n\ndef post_worker_init(worker):\n"
                "    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n",
            }
        )
    server = start(project.dir, args=args, env=env, hook=False)
    drive(server)
    assert server.stop() == 0, server.log()
    (project.dir / "gunicorn.conf.py").unlink(missing_ok=True)
    whole = comparable(data.glob(".coverage.*"), project.dir)
    whole.pop("gunicorn.conf.py", None)
    return whole


def test_lines_and_branches_equal_a_cold_run(gunicorn_server, project, tmp_path, worker_class):
    """With 1, 2 and 8 workers: what a cold run has covered does not depend on their number."""
    args, app, name = worker_class
    project.write({**FILES, "app.py": app})
    if name == "gevent":  # without it a cold run is not exact; the hook adds it by itself
        project.write({"cold.rc": FILES["cold.rc"] + "concurrency = gevent\n"})
    cold = cold_run(gunicorn_server, project, [*args, "-w", "2"], tmp_path)
    assert cold["shapes.py"][0] and cold["shapes.py"][1]
    for workers in (1, 2, 8):
        equals_cold(gunicorn_server, project, [*args, "-w", str(workers)], workers, cold)


def equals_cold(start, project, args, workers, cold):
    env = {"GUNICOV_COVERAGE_CONFIG": project.dir / "coverage.rc"}
    server = start(project.dir, args=args, env=env)
    drive(server)
    server.hup()
    first = server.generations()[0]
    assert len(first.data_files()) == workers
    assert comparable(first.data_files(), project.dir) == cold, f"{workers} workers"
    assert set(first.ages("saved")) == set(first.ages("forked"))
    assert os.listdir(first.dir / "part") == []
    assert sum(saved["requests"] for saved in first.all("saved")) == len(PATHS) * 3
    assert server.stop() == 0


@pytest.mark.parametrize("args", [["-k", "sync"], ["-k", "gthread", "--threads", "2"]])
def test_an_automatic_tracer_in_the_master_changes_nothing(
    gunicorn_server, project, tmp_path, args
):
    project.write(FILES)
    cold = cold_run(gunicorn_server, project, args, tmp_path)
    stray = tmp_path / "stray"
    stray.mkdir()
    env = {
        "COVERAGE_PROCESS_START": project.dir / "cold.rc",
        "COLD_DATA": stray / ".coverage",
        "PYTHONPATH": tmp_path / "site",
    }
    server = gunicorn_server(project.dir, args=args, env=env)
    drive(server)
    server.hup()
    first = server.generations()[0]
    assert comparable(first.data_files(), project.dir) == cold
    assert server.master["coverage_config"] == str(project.dir / "cold.rc")
    assert list(stray.iterdir()) == []  # the old workers' exit handlers wrote nothing of their own
    server.stop()


# Its post_fork tells the app the age of its worker; each age runs a line of its own.
OWN_LINE_CONFIG = """\
import os


def post_fork(server, worker):
    os.environ["AGE"] = str(worker.age)
"""


def own_line_app(ages):
    lines = ["import os", "", "", "def own_line(age):"]
    for age in range(1, ages + 1):
        lines += [f"    if age == {age}:", f'        return "line of {age}"']
    return "\n".join([*lines, "", "", 'own_line(int(os.environ["AGE"]))', "", "", HELLO])


@pytest.mark.parametrize("args", [["-k", "sync"], ["-k", "gthread", "--threads", "4"]])
def test_every_workers_own_line_is_in_the_union_after_20_reloads(gunicorn_server, project, args):
    reloads, workers = 20, 2
    ages = (reloads + 1) * workers
    project.write({"app.py": own_line_app(ages), "gunicorn.conf.py": OWN_LINE_CONFIG})
    server = gunicorn_server(project.dir, args=[*args, "-w", str(workers)])
    for _ in range(reloads):
        server.get("/")
        server.hup()
    server.stop()
    files = [path for generation in server.generations() for path in generation.data_files()]
    lines, _ = measured(files, project.dir)["app.py"]
    assert {6 + 2 * n for n in range(ages)} <= lines  # line 6 is age 1's
    for number, generation in enumerate(server.generations()):
        expected = [number * workers + 1, number * workers + 2]
        assert generation.ages("forked") == expected
        assert generation.ages("saved") == expected
        assert [saved["error"] for saved in generation.all("saved")] == [None, None]
        wait_until(lambda g=generation, e=expected: g.ages("done") == e, "child_exit")
    assert [g.manifest["generation"] for g in server.generations()] == [*range(1, reloads + 2)]
    retired = [worker["age"] for worker in server.generation.manifest["retires"]]
    assert retired == [ages - 3, ages - 2]


SLOW = """\
import time


def app(environ, start_response):
    time.sleep(0.7)
    answer = [b"late"]
    start_response("200 OK", [("Content-Length", "4")])
    return answer
"""


@pytest.mark.parametrize("args", [["-k", "sync"], ["-k", "gthread", "--threads", "2"]])
def test_a_request_under_way_at_the_reload_is_in_the_data(gunicorn_server, project, args):
    project.write({"app.py": SLOW})
    server = gunicorn_server(project.dir, args=args)
    answers = []
    client = threading.Thread(target=lambda: answers.append(server.get("/")))
    client.start()
    wait_until(lambda: server.generation.ages("served"), "the request")
    server.hup()
    client.join()
    assert answers == [(200, "late")]
    lines, _ = measured(server.generations()[0].data_files(), project.dir)["app.py"]
    assert {5, 6, 7, 8} <= lines


def test_a_worker_that_measured_nothing_says_so(gunicorn_server, project):
    project.write({"app.py": HELLO, "rc": "[run]\ninclude = /nowhere/*\n"})
    server = gunicorn_server(project.dir, env={"GUNICOV_COVERAGE_CONFIG": "rc"})
    server.hup()
    first = server.generations()[0]
    assert first.data_files() == []
    assert [(saved["file"], saved["error"]) for saved in first.all("saved")] == [(None, None)]


def test_source_comes_from_the_environment_where_the_configuration_names_none(
    gunicorn_server, project
):
    project.write({"app.py": HELLO, "web/unused.py": "x = 1\n", "web/__init__.py": ""})
    server = gunicorn_server(project.dir, env={"GUNICOV_SOURCE": "."})
    server.get("/")
    server.hup()
    files = measured(server.generations()[0].data_files(), project.dir)
    assert set(files) == {"app.py", "web/unused.py", "web/__init__.py"}
    assert files["web/unused.py"] == (set(), set())


def test_data_files_appear_whole_and_saved_comes_last(gunicorn_server, project):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, args=["-w", "2"])
    first = server.generation
    server.hup(wait=False)
    seen = set()
    deadline = time.monotonic() + 10
    while len(first.ages("saved")) < 2 and time.monotonic() < deadline:
        for path in first.data_files():
            assert path.read_bytes()[:6] == b"SQLite"
            seen.add(path.name)
        for saved in first.all("saved"):
            assert (first.dir / saved["file"]).exists()
    assert seen <= {path.name for path in first.data_files()}
    assert len(first.data_files()) == 2


JOINS = """\
def pick(
    size,
    limit={limit},
):
    if (
        size
        > limit
    ):
        return "long"
    return "short"


SIZE = pick(3)
"""
TRACER = """\
from pathlib import Path


def when_ready(server):
    import coverage.sysmon

    Path("tracer").write_text(str(hasattr(coverage.sysmon, "compute_multiline_map")))
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="coverage traces otherwise there")
def test_what_coverage_works_out_of_a_file_is_told_to_the_next_workers(gunicorn_server, project):
    project.write({"app.py": "import sizes\n" + HELLO, "sizes.py": JOINS.format(limit=5)})
    project.write({"rc": "[run]\nbranch = True\nsource = .\n", "gunicorn.conf.py": TRACER})
    server = gunicorn_server(project.dir, env={"GUNICOV_COVERAGE_CONFIG": "rc"})
    assert (project.dir / "tracer").read_text() == "True"
    path = str(project.dir / "sizes.py")

    def told():
        directory = server.generation.dir / "joins"
        return {path for each in directory.iterdir() for path in json.loads(each.read_text())}

    assert told() == {path}
    for limit in (5, 1, 7):
        project.write({"sizes.py": JOINS.format(limit=limit)})
        server.hup()
        assert told() == (set() if limit == 5 else {path})
        server.hup()
        assert told() == set()
    ended = server.generations()[:-1]
    arcs = [comparable(each.data_files(), project.dir)["sizes.py"][1] for each in ended]
    short, long = {(5, 10)}, {(5, 9)}
    assert arcs == [short, short, short, long, long, short]
