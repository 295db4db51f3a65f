"""Processes that the app starts: what coverage.py is asked to measure of them is in the report, as in a cold run."""

import os
import signal
import subprocess
import time

import pytest
from cycles import TIME, Cycles, cold_report
from test_helper_collect import assert_equal

APP = """\
import atexit
import multiprocessing
import os
import subprocess
import sys
import time

from mypkg import work


def by_program():
    subprocess.run([sys.executable, "-m", "mypkg.child"], check=True)


def by_shell():
    subprocess.run(f"{sys.executable} -m mypkg.child; true", shell=True, check=True)


def by_fork():
    pid = os.fork()
    if not pid:
        work.in_fork()
        atexit._run_exitfuncs()  # gunicorn would catch a SystemExit
        os._exit(0)
    os.waitpid(pid, 0)


def by_fork_that_leaves():
    pid = os.fork()
    if not pid:
        work.in_fork()
        os._exit(0)
    os.waitpid(pid, 0)


def by_exec():
    pid = os.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "mypkg.child"])
    os.waitpid(pid, 0)


def by_process():
    process = multiprocessing.Process(target=work.in_process, args=(3,))
    process.start()
    process.join()


def by_spawn():
    process = multiprocessing.get_context("spawn").Process(target=work.in_process, args=(3,))
    process.start()
    process.join()


def by_pool():
    pool = multiprocessing.Pool(2)
    pool.map(work.in_pool, [1, 2, 3, 4])
    pool.close()
    pool.join()


def outlives():
    subprocess.Popen([sys.executable, "-m", "mypkg.child", "SECONDS"])
    time.sleep(0.5)


def fork_outlives():
    if not os.fork():
        os.setsid()
        time.sleep(SECONDS)
        work.in_fork()
        os._exit(0)


def app(environ, start_response):
    globals()[environ["PATH_INFO"].strip("/")]()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
FILES = {
    "mypkg/__init__.py": "",
    "mypkg/work.py": """\
def in_fork():
    return "forked"


def in_process(n):
    for _ in range(n):
        pass
    return n


def in_pool(n):
    if n:
        return n * n
    return 0


def never():
    return 0
""",
    "mypkg/child.py": """\
import sys
import time


def main(arguments):
    if arguments:
        time.sleep(float(arguments[0]))
    return "done"


main(sys.argv[1:])
""",
}
CASES = {
    "by_program": ("patch = subprocess\n", (7, 10)),
    "by_shell": ("patch = subprocess\n", (7, 10)),
    "by_program, started by the environment": ("parallel = True\n", (6, 5)),
    "by_fork": ("patch = fork\n", (7, 10)),
    "by_fork, not asked for": ("", (6, 5)),
    "by_fork_that_leaves": ("patch = fork, _exit\n", (7, 10)),
    "by_fork_that_leaves, with _exit alone": ("patch = _exit\n", (7, 10)),
    "by_fork_that_leaves, not asked for": ("", (6, 5)),
    "by_exec": ("patch = subprocess, execv\n", (7, 14)),
    "by_process": ("concurrency = multiprocessing, thread\n", (6, 5)),
    "by_process, not asked for": ("", (6, 5)),
    "by_spawn": ("concurrency = multiprocessing, thread\n", (6, 5)),
    "by_pool": ("concurrency = multiprocessing, thread\n", (6, 5)),
}


def coverage_version(python):
    text = subprocess.check_output(
        [python, "-c", "import coverage; print(coverage.__version__)"], text=True
    )
    return tuple(int(part) for part in text.split(".")[:2])


@pytest.fixture
def served(gunicorn_server, project, virtual):
    """A factory: our Cycles on a server of that configuration."""

    def start(run, env=None, seconds="30"):
        rc = f"[run]\nbranch = True\nsource = .\n{run}"
        project.write({**FILES, "app.py": APP.replace("SECONDS", seconds), "rc": rc})
        rest = run if "parallel" in run else f"parallel = True\n{run}"
        project.write({"cold.rc": f"[run]\nbranch = True\nsource = .\n{rest}"})
        env = {**(env or {}), "GUNICOV_COVERAGE_CONFIG": project.dir / "rc"}
        server = gunicorn_server(project.dir, args=["-w", "2"], env=env, python=virtual.python)
        return Cycles(server, virtual.python)

    return start


@pytest.mark.parametrize("case", CASES)
def test_what_an_apps_process_runs_is_measured_as_in_a_cold_run(
    gunicorn_server, project, virtual, tmp_path, served, case
):
    run, since = CASES[case]
    if coverage_version(virtual.python) < since:
        pytest.skip(f"coverage.py {since} and newer")
    path = "/" + case.split(",")[0]
    env = {"COVERAGE_PROCESS_START": project.dir / "cold.rc"} if "environment" in case else {}
    with served(run, env) as ours:
        args = {"args": ["-w", "2"], "python": virtual.python}
        cold = cold_report(gunicorn_server, project, tmp_path, [path], **args)
        for _ in range(2):
            answer = ours.run([path])
            assert_equal(answer["report"], cold, str(project.dir))
            flush = answer["flush"]
            assert (flush["lost"], flush["reasons"], answer["superseded"]) == ([], [], [])
            assert flush["written"] == flush["expected"] >= 1
    measured = [row for row in cold["files"].values() if row["summary"]["covered_lines"]]
    assert len(measured) >= 2
    assert not [path for path in project.dir.iterdir() if path.name.startswith(".coverage.")]


def in_report(answer, name):
    return next(row for row in answer["report"]["files"] if row["path"].endswith(name))


def asked_for_subprocess(virtual):
    if coverage_version(virtual.python) < (7, 10):
        pytest.skip("patch = subprocess came with coverage.py 7.10")
    return "patch = subprocess\n"


def test_a_process_that_outlives_its_worker_is_waited_for(served, virtual):
    with served(asked_for_subprocess(virtual), seconds="1.5") as ours:
        answer = ours.run(["/outlives"])
    assert answer["flush"]["reasons"] == []
    assert in_report(answer, "child.py")["missing_lines"] == []


def test_one_that_goes_on_is_named_and_never_complete(served, virtual, project):
    with served(asked_for_subprocess(virtual), seconds="60") as ours:
        answer = ours.run(["/outlives"])
        pids = running("mypkg.child", project.dir)
        assert len(pids) == 3
        try:
            reasons = answer["flush"]["reasons"]
            assert len(reasons) == 3
            for pid, reason in zip(pids, reasons):
                assert f"process {pid} (python -m mypkg.child 60), which worker" in reason
                assert "still runs" in reason
            assert answer["flush"]["expected"] == answer["flush"]["written"] + 3
            assert in_report(answer, "child.py")["executed_lines"] == []
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)


def test_a_fork_that_goes_on_is_named(served):
    with served("", seconds="60") as ours:
        answer = ours.run(["/fork_outlives"])
        try:
            assert len(answer["flush"]["reasons"]) == 3
        finally:
            for reason in answer["flush"]["reasons"]:
                os.kill(int(reason.split()[1]), signal.SIGKILL)


def test_other_programs_that_go_on_hold_up_nothing(served, virtual, project):
    app = "import subprocess\n\nsubprocess.Popen(['sleep', '20'])\n\n\ndef app(environ, start_response):\n"
    app += '    start_response("200 OK", [("Content-Length", "2")])\n    return [b"ok"]\n'
    with served(asked_for_subprocess(virtual)) as ours:
        project.write({"app.py": app})
        answer = ours.run(["/"])
        assert answer["flush"]["reasons"] == []
        events = [event for events in ours.client.events.values() for event in events]
        assert [one for one in events if "still runs" in one.get("why", "")] == []


def test_a_process_of_multiprocessing_that_is_killed_makes_the_report_incomplete(served, project):
    app = APP.replace("target=work.in_process, args=(3,)", "target=time.sleep, args=(9,)")
    killed = "    time.sleep(0.5)\n    process.kill()\n    process.join()\n"
    app = app.replace("    process.join()\n", killed)
    with served("concurrency = multiprocessing, thread\n") as ours:
        project.write({"app.py": app})
        answer = ours.run(["/by_process"])
    assert any("was killed before it had saved" in reason for reason in answer["flush"]["reasons"])


def test_a_process_leaves_data_where_its_generation_is_unwanted(served, virtual, project):
    """A restart in the middle: the older generation's processes find their place still, and complain of nothing."""
    with served(asked_for_subprocess(virtual), seconds="1") as ours:
        ours.client.ask("restart", timeout=TIME)
        ours.server.get("/outlives")
        ours.client.ask("restart", timeout=TIME)
        ours.client.ask("prune")
        time.sleep(2.5)
        assert "Traceback" not in ours.server.log() and "unable to open" not in ours.server.log()


def running(word, directory):
    """Pids of processes in that directory with that word in their command lines, in order."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                if word.encode() in words and os.readlink(f"/proc/{name}/cwd") == str(directory):
                    found.append(int(name))
            except OSError:
                continue
    return sorted(found)
