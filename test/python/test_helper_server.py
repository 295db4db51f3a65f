"""The helper beside real gunicorns that run the hook."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import coverage
import pytest
from conftest import wait_until
from gunicov_common.failure import Failure
from gunicov_helper.report.collected import link_all
from helper_client import PREAMBLE, HelperClient, clean_environment
from test_helper_collect import assert_equal, run_coverage

APP = """\
import os
import time
from lib import choose


def app(environ, start_response):
    path = environ["PATH_INFO"]
    body = choose(path).encode()
    while path == "/slow" and not os.path.exists("let-go"):
        time.sleep(0.01)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
LIB = """\
def choose(path):
    if path == "/a":
        return "a"
    elif path == "/b":
        return "b"
    return "other"
"""
RC = "[run]\nbranch = True\nsource = .\n"
TIME = 30


@pytest.fixture
def served(found_server):
    """A factory: (server, helper that has found it): two gthread workers."""

    def start(args=("-w", "2", "--threads", "2"), files=None, **options):
        whole = {"app.py": APP, "lib.py": LIB, ".coveragerc": RC, **(files or {})}
        return found_server(whole, args=args, **options)

    return start


def cycle(client, server, *paths):
    """Restart, GET each path, flush, collect: (flush's answer, collect's answer)."""
    client.ask("restart", timeout=TIME)
    for path in paths:
        server.get(path)
    flushed = client.ask("flush", timeout=TIME)
    return flushed, client.ask("collect", generation=flushed["generation"])


def test_find_describes_the_master(served, project):
    server, _ = served()
    found = server.found
    assert found["pid"] == server.pid and found["hook"] is True
    assert found["directory"] == str(server.dir) and found["generation"] == 1
    assert found["cwd"] == str(project.dir) and found["interpreter"] == sys.executable
    assert found["workers"] == 2 and found["threads"] == 2 and found["preload"] is False
    assert found["worker_class"] == "gthread" and found["coverage"] == coverage.__version__
    assert found["uid"] == os.geteuid() and "gunicorn" in found["argv"]
    assert found["coverage_config"] == str(project.dir / ".coveragerc")
    assert found["settings"]["workers"] == 2
    assert set(found) == {
        *[
            "pid",
            "start_time",
            "uid",
            "gid",
            "readable",
            "named",
            "cwd",
            "argv",
            "config",
            "kept_out",
            "interpreter",
            "gunicorn",
            "coverage",
            "worker_class",
            "workers",
        ],
        *[
            "threads",
            "preload",
            "hook",
            "directory",
            "generation",
            "coverage_config",
            "source",
            "branch",
            "data_directory",
            "warnings",
            "settings",
        ],
    }


def test_find_waits_for_a_master_that_is_just_starting(gunicorn_server, project):
    project.write({"app.py": APP, "lib.py": LIB, ".coveragerc": RC})
    client = HelperClient(env=clean_environment())
    server = gunicorn_server(project.dir, wait=False)
    wait_until(lambda: b"gunicorn" in Path(f"/proc/{server.pid}/cmdline").read_bytes(), "exec")
    assert client.ask("find", pid=server.pid)["master"]["hook"] is True
    assert client.close() == 0


def test_a_server_without_the_hook(served):
    server, client = served(hook=False)
    assert server.found["hook"] is False and server.found["interpreter"] == sys.executable
    assert server.found["generation"] is None and server.found["cwd"]
    for do, fields in {"restart": {"timeout": 1}, "flush": {"timeout": 1}, "prune": {}}.items():
        error = client.refused(do, **fields)
        assert error["kind"] == "no-hook" and error["fix"]
    assert server.alive()


def test_several_masters_are_told_apart_by_pid(served, gunicorn_server, project):
    first, client = served(args=("-w", "1"))
    second = gunicorn_server(project.dir, args=("-w", "1"))
    error = client.refused("find")
    assert error["kind"] == "several-masters"
    assert str(first.pid) in error["message"] and str(second.pid) in error["message"]
    assert client.ask("find", pid=second.pid)["master"]["pid"] == second.pid
    # Its worker is a gunicorn process, but no master; this test is neither.
    worker = client.ask("restart", timeout=TIME)["workers"][0]["pid"]
    for pid in (worker, os.getpid()):
        assert client.refused("find", pid=pid)["kind"] == "no-gunicorn"


def test_what_is_and_what_is_not_gunicorn():
    from gunicov_helper.process.command_line import is_gunicorn

    yes = [
        ["gunicorn: master [app:app]"],
        ["gunicorn: worker [app:app]"],
        ["/venv/bin/python3", "/venv/bin/gunicorn", "app:app"],
        ["/usr/bin/gunicorn"],
        ["python", "-m", "gunicorn", "app:app"],
        ["python3.13", "-Xdev", "-W", "error", "-um", "gunicorn"],
        ["python", "-mgunicorn"],
        ["python3", "-m", "gunicorn.app.wsgiapp", "app:app"],
        ["pypy3", "-u", "bin/gunicorn"],
        ["python3", "/venv/lib/python3.13/site-packages/gunicorn/__main__.py", "app:app"],
    ]
    no = [
        [],
        ["/bin/sh", "/app/gunicorn.sh"],
        ["/bin/sh", "-c", "gunicorn app:app"],
        ["/bin/sh", "/usr/local/bin/gunicorn"],
        ["tini", "-g", "--", "gunicorn", "app:app"],
        ["/app/gunicorn.sh"],
        ["python", "-c", "import sys # gunicorn", "gunicorn"],
        ["python", "app.py", "gunicorn"],
        ["python", "-m", "pytest", "gunicorn"],
        ["python", "/app/gunicorn.py"],
        ["vim", "gunicorn"],
        ["gunicornc"],
        ["gunicorn: masterly"],
    ]
    assert [argv for argv in yes if not is_gunicorn(argv)] == []
    assert [argv for argv in no if is_gunicorn(argv)] == []


def test_a_restart_boots_new_workers_and_ends_the_old(served):
    server, client = served()
    old = {one["pid"] for one in server.generation.all("booted")}
    number = client.send("restart", timeout=TIME)
    answer = client.wait(number)["ok"]
    assert answer["generation"] == 2 and answer["boot_errors"] == []
    assert answer["config_error"] is None and answer["ms"] > 0
    new = {worker["pid"] for worker in answer["workers"]}
    assert len(new) == 2 and not new & old
    told = [(e["age"], e["pid"]) for e in client.events[number] if e["event"] == "booted"]
    assert sorted(told) == [(w["age"], w["pid"]) for w in answer["workers"]]
    assert server.generations()[0].ages("saved") == server.generations()[0].ages("forked")


def test_restarts_and_flushes_sent_together_do_not_overlap(served):
    server, client = served()
    numbers = [client.send(do, timeout=TIME) for do in ("restart", "flush", "restart", "flush")]
    answers = [client.wait(number) for number in numbers]
    assert all("ok" in answer for answer in answers), answers
    generations = sorted(
        answer["ok"].get("next_generation") or answer["ok"]["generation"] for answer in answers
    )
    assert generations == [2, 3, 4, 5]
    for answer in answers:
        assert answer["ok"].get("lost", []) == []
    assert server.alive()


def test_a_cancelled_restart_waits_for_its_workers(served):
    server, client = served()
    number = client.send("restart", timeout=TIME)
    wait_until(lambda: len(server.generations()) == 2, "the reload")
    assert client.ask("cancel", target=number) == {"found": True}
    assert client.wait(number)["error"]["kind"] == "cancelled"
    assert len(server.generation.ages("booted")) == 2
    assert client.ask("restart", timeout=TIME)["generation"] == 3


def test_an_old_worker_that_is_busy_is_reported(served, project):
    server, client = served()
    thread = threading.Thread(target=server.get, args=("/slow",))
    thread.start()
    wait_until(lambda: list(Path(server.dir).glob("gen-*/served/*")), "the request to arrive")
    number = client.send("restart", timeout=TIME)
    client.wait_event(number, "waiting")
    (project.dir / "let-go").touch()
    answer = client.wait(number)
    thread.join()
    waiting = [e for e in client.events[number] if e["event"] == "waiting"]
    # On a busy machine the other worker may not have gone within a second either.
    assert waiting and all("graceful_timeout" in event["why"] for event in waiting)
    assert answer["ok"]["ms"] > 1000


def test_a_boot_error_is_reported_and_the_next_restart_recovers(served, project):
    server, client = served()
    project.write({"lib.py": "import no_such_module\n"})
    answer = client.ask("restart", timeout=TIME)
    assert len(answer["boot_errors"]) == 2 and answer["workers"] == []
    for error in answer["boot_errors"]:
        assert "no_such_module" in error["traceback"] and error["pid"] > 0
    assert client.ask("freshness", files=[], source=[])["fresh"] is False
    project.write({"lib.py": LIB})
    answer = client.ask("restart", timeout=TIME)
    assert answer["boot_errors"] == [] and len(answer["workers"]) == 2
    assert server.get("/a") == (200, "a")


def test_an_error_in_the_users_config_is_reported(served, project):
    _, client = served(files={"gunicorn.conf.py": "workers = 2\n"}, args=())
    project.write({"gunicorn.conf.py": "workers = 1 / 0\n"})
    assert "ZeroDivisionError" in client.ask("restart", timeout=TIME)["config_error"]
    project.write({"gunicorn.conf.py": "workers = 3\n"})
    answer = client.ask("restart", timeout=TIME)
    assert answer["config_error"] is None and len(answer["workers"]) == 3


def test_a_restart_that_takes_too_long_says_who_is_waited_for(served, project):
    _, client = served()
    hang = "import os, time\nwhile os.path.exists('hang'): time.sleep(0.05)\n"
    project.write({"lib.py": hang + LIB, "hang": ""})
    error = client.refused("restart", timeout=5)
    assert error["kind"] == "timeout" and "worker" in error["message"], error
    (project.dir / "hang").unlink()
    project.write({"lib.py": LIB})
    assert len(client.ask("restart", timeout=TIME)["workers"]) == 2


def test_workers_that_could_write_nothing_are_not_waited_for_when_they_have_gone(served):
    """As on a full disk, which has room again by the next restart: not even their pids are known."""
    server, client = served()
    directory = server.generation.dir
    for name in ("booted", "saved", "done"):
        shutil.rmtree(directory / name)
        (directory / name).write_text("no directory")
    for path in (directory / "forked").iterdir():
        path.write_text("")
    long_ago = time.time() - 60  # else the restart waits for its boot
    for path in (directory / "manifest.json", *(directory / "forked").iterdir()):
        os.utime(path, (long_ago, long_ago))
    answer = client.ask("restart", timeout=15)
    assert len(answer["workers"]) == 2 and answer["boot_errors"] == []
    server.get("/a")
    flushed = client.ask("flush", timeout=TIME)
    assert (flushed["written"], flushed["expected"], flushed["reasons"]) == (2, 2, [])


def test_the_end_of_the_master_is_reported_at_once(served):
    server, client = served()
    number = client.send("restart", timeout=TIME)
    started = time.monotonic()
    os.kill(server.pid, signal.SIGKILL)
    answer = client.wait(number)
    # It may have been quick enough to settle before.
    assert "ok" in answer or answer["error"]["kind"] == "master-gone", answer
    assert time.monotonic() - started < 20
    server.process.wait()
    for do, fields in {"restart": {"timeout": 1}, "flush": {"timeout": 1}, "html": {}}.items():
        assert client.refused(do, **fields)["kind"] == "master-gone", do


def test_a_flush_counts_every_workers_file(served):
    server, client = served()
    client.ask("restart", timeout=TIME)
    for path in ("/a", "/b", "/c"):
        server.get(path)
    number = client.send("flush", timeout=TIME)
    answer = client.wait(number)["ok"]
    assert (answer["generation"], answer["next_generation"]) == (2, 3)
    assert (answer["expected"], answer["written"], answer["lost"]) == (2, 2, [])
    assert answer["requests"] == 3
    saved = [event for event in client.events[number] if event["event"] == "saved"]
    assert [event["written"] for event in saved] == [1, 2]
    assert all(event["expected"] == 2 for event in saved)
    files = {path.name for path in server.generations()[1].data_files()}
    assert {event["file"] for event in saved} == files and len(files) == 2


def test_a_killed_worker_is_lost_and_the_next_cycle_whole(served):
    server, client = served()
    worker = client.ask("restart", timeout=TIME)["workers"][0]
    os.kill(worker["pid"], signal.SIGKILL)
    wait_until(lambda: len(server.generation.ages("booted")) == 3, "the replacement")
    answer = client.ask("flush", timeout=TIME)
    assert (answer["expected"], answer["written"]) == (3, 2)
    assert [(one["age"], one["pid"]) for one in answer["lost"]] == [(worker["age"], worker["pid"])]
    assert answer["lost"][0]["cause"]
    flushed, _ = cycle(client, server, "/a")
    assert (flushed["expected"], flushed["written"], flushed["lost"]) == (2, 2, [])


def test_recycled_workers_are_counted(served):
    server, client = served(args=("-w", "2", "--max-requests", "1"))
    client.ask("restart", timeout=TIME)
    for _ in range(3):
        server.get("/a")
    wait_until(lambda: len(server.generation.ages("saved")) >= 3, "recycling", server.log)
    wait_until(lambda: len(server.generation.ages("booted")) >= 5, "replacements", server.log)
    answer = client.ask("flush", timeout=TIME)
    assert answer["lost"] == [] and answer["requests"] == 3
    assert answer["expected"] == answer["written"] >= 5


def test_the_report_equals_coverages_command_line_cycle_after_cycle(served, project, tmp_path):
    server, client = served()
    for text, paths in [(LIB, ["/a"]), (LIB, ["/a", "/b", "/"]), (LIB + "\nX = 1\n", ["/b"])]:
        project.write({"lib.py": text})
        flushed, collected = cycle(client, server, *paths)
        assert collected["superseded"] == []
        generation = server.dir / f"gen-{flushed['generation']:06d}"
        data = tmp_path / "combined"
        data.unlink(missing_ok=True)
        files = [str(path) for path in sorted(generation.glob(".coverage.*"))]
        run_coverage(project.dir, "combine", "--keep", f"--data-file={data}", *files)
        report = tmp_path / "report.json"
        run_coverage(project.dir, "json", "-q", f"--data-file={data}", "-o", str(report))
        assert_equal(collected["report"], json.loads(report.read_text()), project.dir)
        assert len(files) == flushed["written"] == 2


def test_a_file_changed_after_its_import_makes_the_report_superseded(served, project):
    server, client = served()
    client.ask("restart", timeout=TIME)
    server.get("/a")
    project.write({"lib.py": LIB + "\nY = 2\n"})
    flushed = client.ask("flush", timeout=TIME)
    collected = client.ask("collect", generation=flushed["generation"])
    assert collected["superseded"] == [str(project.dir / "lib.py")]


def test_workers_that_give_way_to_a_report_boot_where_there_will_be_none(served, project):
    server, client = served()
    client.ask("restart", timeout=TIME)
    closed = server.generation
    slow = threading.Thread(target=server.get, args=("/slow",))
    slow.start()
    wait_until(lambda: closed.ages("served"), "the slow request")
    number = client.send("flush", timeout=TIME)
    client.wait_event(number, "saved")  # the other worker's
    opened = server.generation
    assert opened.ages("booted") == [], "they give way"
    assert client.ask("cancel", target=number) == {"found": True}
    assert client.wait(number)["error"]["kind"] == "cancelled"
    assert (closed.dir / "collected").exists()
    (project.dir / "let-go").touch()
    slow.join()
    # Nobody collects this one's data: the next reload does not wait for that.
    client.ask("flush", timeout=TIME)
    assert not (opened.dir / "collected").exists()
    client.ask("restart", timeout=TIME)
    assert (opened.dir / "collected").exists()


def test_rows_that_the_client_has_are_not_sent_again(served, project):
    server, client = served()
    app, lib = str(project.dir / "app.py"), str(project.dir / "lib.py")
    _, first = cycle(client, server, "/a")
    whole = {row["path"]: row for row in first["report"]["files"]}
    project.write({"lib.py": LIB + "\nX = 1\n"})
    client.ask("restart", timeout=TIME)
    server.get("/a")
    number = client.ask("flush", timeout=TIME)["generation"]
    short = client.ask("collect", generation=number, since=first["report"]["number"])["report"]
    assert short["files"][0] == app and short["files"][1]["path"] == lib
    # One that the helper no longer has, or never had: everything is sent.
    for since in (first["report"]["number"], 77, None):
        again = client.ask("collect", generation=number, since=since)["report"]
        assert again["files"] == [whole[app], short["files"][1]]
        assert again["totals"] == short["totals"]
    last = client.ask("collect", generation=number, since=again["number"])["report"]
    assert last["files"] == [app, lib]


def test_collect_of_what_is_not_there(served):
    _, client = served()
    assert client.refused("collect", generation=77)["kind"] == "no-report"
    assert client.refused("collect", generation=1)["kind"] == "no-report", "nobody has saved"
    assert client.refused("html")["kind"] == "no-report"
    assert client.refused("export", map=[])["kind"] == "no-report"


def test_freshness(served, project):
    server, client = served()
    app, test = str(project.dir / "app.py"), str(project.dir / "test_x.py")

    def fresh(files=(), source=()):
        answer = client.ask("freshness", files=list(files), source=list(source))
        assert answer["why"]
        return answer["fresh"]

    assert fresh() and fresh([test])
    assert not fresh([app]), "a worker has loaded it"
    assert not fresh([test], [str(project.dir)]), "it lies in the source"
    server.get("/a")
    assert not fresh()
    client.ask("flush", timeout=TIME)
    wait_until(fresh, "the new workers' boot")


def test_html_export_read_and_prune(served, project, tmp_path):
    server, client = served()
    flushed, collected = cycle(client, server, "/a")
    number = client.send("html")
    answer = client.wait(number)["ok"]
    pages = client.files(number)
    assert answer == {"files": len(pages), "bytes": sum(map(len, pages.values()))}
    assert b"app.py" in pages["index.html"] and any(name.startswith("lib") for name in pages)

    number = client.send("export", map=[{"inside": str(project.dir), "outside": "/host"}])
    assert client.wait(number)["ok"]["files"] == 2
    report = json.loads(client.files(number)["coverage.json"])
    assert set(report["files"]) == {"/host/app.py", "/host/lib.py"}
    totals = collected["report"]["totals"]
    assert {key: report["totals"][key] for key in totals} == totals
    (tmp_path / "mapped").write_bytes(client.files(number)[".coverage"])
    data = coverage.CoverageData(str(tmp_path / "mapped"))
    data.read()
    assert data.measured_files() == {"/host/app.py", "/host/lib.py"} and data.has_arcs()

    assert client.ask("read", path=str(project.dir / "lib.py")) == {
        "text": LIB,
        "sha256": hashlib.sha256(LIB.encode()).hexdigest(),
    }
    assert client.refused("read", path=str(project.dir / ".coveragerc"))["kind"] == "no-report"
    cycle(client, server, "/a")
    removed = client.ask("prune")["removed"]
    assert removed == [1, 2, 3]
    assert sorted(os.listdir(server.dir)) == ["gen-000004", "gen-000005", "master.json"]
    assert flushed["generation"] in removed
    # Its data is combined when it is asked for: it must still be there.
    for path in server.generations()[0].data_files():
        path.unlink()
    assert "have been removed" in client.refused("html")["message"]


@pytest.mark.parametrize("links", [True, False], ids=["links", "copies"])
def test_data_for_a_child_has_names_of_its_own(tmp_path, monkeypatch, links):
    def refuse(*_):
        raise PermissionError(1, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    files = []
    for name in "ab":
        files.append(tmp_path / name / ".coverage.x")
        files[-1].parent.mkdir()
        files[-1].write_text(name)
    names = link_all([str(path) for path in files], str(tmp_path / "data"))
    for path in files:
        path.unlink()
    assert [Path(name).read_text() for name in names] == ["a", "b"]
    with pytest.raises(Failure, match="have been removed"):
        link_all([str(files[0])], str(tmp_path / "again"))


def children(pid):
    out = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in out.split()]


@pytest.fixture
def large(served):
    """A helper with a report that takes a while to write as HTML."""
    line = "    if x > 1:\n        x = [y for y in range(x)]\n"
    modules = {f"m{i}.py": f"def f(x):\n{line * 300}    return x\n" for i in range(12)}
    server, client = served(args=("-w", "1"), files=modules)
    cycle(client, server, "/a")
    return server, client


def test_html_is_cancelled_and_leaves_nothing(large):
    server, client = large
    number = client.send("html")
    (child,) = wait_until(lambda: children(client.process.pid), "the child")
    assert client.ask("freshness", files=[], source=[]), "others are answered meanwhile"
    assert client.ask("cancel", target=number) == {"found": True}
    assert client.wait(number)["error"]["kind"] == "cancelled"
    assert not os.path.exists(f"/proc/{child}")
    assert [name for name in os.listdir(server.dir) if name.startswith("report-")] == []


@pytest.mark.parametrize("way", ["stdin", "kill -9"])
def test_the_end_of_the_helper_leaves_no_process(large, way):
    server, client = large
    client.send("html")
    (child,) = wait_until(lambda: children(client.process.pid), "the child")

    def gone():
        try:
            return "Z" in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True

    if way == "stdin":
        assert client.close() == 0
        assert [name for name in os.listdir(server.dir) if name.startswith("report-")] == []
    else:
        client.process.kill()
        client.process.wait()
        wait_until(gone, "its child's end")  # it could still write while the other one clears up
        other = HelperClient(env=clean_environment())
        other.ask("find", pid=server.pid)
        other.ask("prune")
        assert other.close() == 0
        assert [name for name in os.listdir(server.dir) if name.startswith("report-")] == []

    # At once, and not only when its work is done and the pipe turns out to be broken.
    wait_until(gone, "the child's end")
    assert server.alive()


def test_a_master_of_another_user_is_reported_as_that_users(served, tmp_path):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv")
    server, _ = served()
    requests = json.dumps({"id": 1, "do": "find", "pid": server.pid}).encode() + b"\n"
    done = subprocess.run(
        [
            "setpriv",
            "--reuid=65534",
            "--clear-groups",
            "python3",
            "-c",
            "import sys;exec(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())).decode())",
        ],
        input=PREAMBLE + requests,
        stdout=subprocess.PIPE,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        timeout=20,
        check=True,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    master = answer["ok"]["master"]
    assert (master["pid"], master["uid"], master["gid"]) == (server.pid, os.geteuid(), os.getegid())
    assert master["readable"] is False and master["hook"] is False
