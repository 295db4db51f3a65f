"""A server whose own hook writes `.coverage*` files: no record, so the helper counts and compares."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import types

import pytest
from gunicov_helper.process.config_file import ConfigFile
from gunicov_helper.process.requests_seen import connections
from small_group import HUNGRY, joins
from test_helper_server import APP, LIB, RC

TIME = 30

# As people write it: coverage starts in post_fork and is saved in worker_exit.
CONF = """\
import os
import shutil

import coverage

DIRECTORY = os.environ["DATA"]


def post_fork(server, worker):
    {before}
    worker.cov = coverage.Coverage(data_file=os.path.join(DIRECTORY, {name}), data_suffix={suffix})
    worker.cov.start()


def worker_exit(server, worker):
    if os.getpid() != worker.pid:
        return
    {at_exit}
    worker.cov.stop()
    worker.cov.save()
"""
WIPE = "shutil.rmtree(DIRECTORY, ignore_errors=True); os.makedirs(DIRECTORY, exist_ok=True)"


def conf(before="pass", at_exit="pass", name='".coverage"', suffix="True"):
    return CONF.format(before=before, at_exit=at_exit, name=name, suffix=suffix)


@pytest.fixture
def served(found_server, tmp_path):
    """A factory: (server, helper, the master as found) with a hook of the server's own."""

    def start(text=None, args=("-w", "2", "--threads", "2"), told=True, env=None, files=None):
        data = tmp_path / "data"
        data.mkdir()
        own = {"app.py": APP, "lib.py": LIB, ".coveragerc": RC, "own.py": text or conf()}
        server, client = found_server(
            {**own, **(files or {})},
            args=("-c", "own.py", *args),
            asked={"coverage_dir": str(data)} if told else {},
            hook=False,
            env={"DATA": data, **(env or {})},
        )
        server.data = data
        return server, client, server.found

    return start


def cycle(server, client, *paths):
    client.ask("restart", timeout=TIME)
    for path in paths:
        server.get(path)
    number = client.send("flush", timeout=TIME)
    return client.wait(number)["ok"], client.events.get(number, [])


def test_find_needs_the_directory(served, project):
    _, client, found = served(told=False)
    assert found["hook"] is False and found["data_directory"] is None
    error = client.refused("restart", timeout=TIME)
    assert error["kind"] == "no-hook"
    assert "gunicov_hook.py" in error["fix"] and "coverage_dir" in error["fix"]


@pytest.mark.parametrize("args", [("-w", "1"), ("-w", "2", "--threads", "2"), ("-w", "8")])
def test_each_worker_file_is_waited_for_and_combined(served, project, args):
    server, client, found = served(args=args)
    assert found["data_directory"] == str(server.data)
    (server.data / ".coverage.old.1.x").write_bytes(b"not of this cycle")
    count = int(args[1])
    for paths in (("/a",), ("/a", "/b")):
        flushed, events = cycle(server, client, *paths)
        assert (flushed["expected"], flushed["written"], flushed["lost"]) == (count, count, [])
        assert flushed["reasons"] == [] and flushed["note"].startswith(f"unproven: {count} worker")
        assert [event["written"] for event in events if event["event"] == "saved"] == list(
            range(1, count + 1)
        )
        answer = client.ask("collect", generation=flushed["generation"])
        assert answer["superseded"] == []
        ours = {row["path"]: row["executed_lines"] for row in answer["report"]["files"]}
        lines = ours[str(project.dir / "lib.py")]
        assert (5 in lines) is ("/b" in paths)
    assert client.ask("freshness", files=[], source=[])["fresh"] is False
    assert client.ask("prune")["removed"] == []
    assert (server.data / ".coverage.old.1.x").exists()


def test_a_worker_that_does_not_save_is_named(served):
    text = conf(at_exit="if worker.age % 2: return")
    server, client, _ = served(text)
    flushed, events = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"]) == (2, 1)
    assert [one["cause"] for one in flushed["lost"]] == ["it left no data file"]
    assert "2 workers exited, 1 data file" in flushed["reasons"][0]
    assert flushed["note"] is None and len(events) == 1


def test_files_whose_names_tell_no_pid_are_counted(served):
    text = conf(suffix="os.urandom(4).hex()", at_exit="if worker.age % 2: return")
    server, client, _ = served(text)
    flushed, _ = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"], flushed["lost"]) == (2, 1, [])
    assert "2 workers exited, 1 data file" in flushed["reasons"][0]


def test_one_file_for_all_workers_is_never_taken_for_two(served):
    server, client, _ = served(conf(suffix="False"))
    flushed, _ = cycle(server, client, "/a")
    assert flushed["expected"] == 2
    assert bool(flushed["reasons"]) is (flushed["written"] < 2)


def test_no_file_at_all(served):
    server, client, _ = served(conf(at_exit="return"))
    flushed, _ = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"]) == (2, 0)
    error = client.refused("collect", generation=flushed["generation"])
    assert error["kind"] == "no-report" and "coverage_dir" in error["fix"]


def test_a_killed_worker_is_named(served):
    _, client, _ = served()
    workers = client.ask("restart", timeout=TIME)["workers"]
    os.kill(workers[0]["pid"], signal.SIGKILL)
    time.sleep(0.5)
    flushed = client.ask("flush", timeout=TIME)
    assert [one["pid"] for one in flushed["lost"]] == [workers[0]["pid"]]
    assert flushed["written"] == 2 and flushed["expected"] == 3


def test_a_worker_that_ran_out_of_memory_is_named_also_in_a_cgroup_further_down(
    served, small_group
):
    files = {"app.py": HUNGRY}
    server, client, _ = served(conf() + joins(small_group), args=("-w", "1"), files=files)
    client.ask("restart", timeout=TIME)
    with contextlib.suppress(OSError):
        server.get("/eat")
    flushed = client.ask("flush", timeout=TIME)
    assert [one["cause"] for one in flushed["lost"]] == ["out of memory"]


def test_a_damaged_file_does_not_count(served):
    text = conf(suffix='"%d" % worker.pid') + (
        "    path = os.path.join(DIRECTORY, '.coverage.%d' % worker.pid)\n"
        "    if worker.age % 2: os.truncate(worker.cov.get_data().data_filename(), 5000)\n"
    )
    server, client, _ = served(text)
    flushed, _ = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"]) == (2, 1)
    assert [one["cause"] for one in flushed["lost"]] == ["its data file is damaged"]


@pytest.mark.parametrize("args", [("-w", "2"), ("-w", "3", "--threads", "2")])
def test_a_hook_that_deletes_the_directory(served, project, args):
    server, client, _ = served(conf(before=WIPE), args=args)
    count = int(args[1])
    for _ in range(3):
        flushed, _ = cycle(server, client, "/a", "/b")
        assert (flushed["expected"], flushed["written"], flushed["lost"]) == (count, count, [])
        report = client.ask("collect", generation=flushed["generation"])["report"]
        lines = {row["path"]: row["executed_lines"] for row in report["files"]}
        assert {3, 5} <= set(lines[str(project.dir / "lib.py")])


def test_a_hook_that_takes_its_time_to_delete_the_directory(served):
    """No worker is ended while the successor of the one before is at it: where would it save?"""
    slowly = (
        "shutil.rmtree(DIRECTORY, ignore_errors=True); import time; time.sleep(0.7); "
        "os.makedirs(DIRECTORY, exist_ok=True)"
    )
    server, client, _ = served(conf(before=slowly))
    for _ in range(2):
        flushed, _ = cycle(server, client, "/a")
        assert (flushed["expected"], flushed["written"], flushed["lost"]) == (2, 2, [])


@pytest.mark.parametrize("way", ["COVERAGE_FILE", "COVERAGE_PROCESS_START", "rcfile"])
def test_the_directory_is_worked_out(served, project, tmp_path, way):
    rc = f"[run]\nparallel = True\nsource = .\ndata_file = {tmp_path}/data/.cov\n"
    env = {"COVERAGE_FILE": tmp_path / "data" / ".cov"} if way == "COVERAGE_FILE" else {}
    if way == "COVERAGE_PROCESS_START":
        env["COVERAGE_PROCESS_START"] = project.dir / "rc"
        project.write({"rc": rc})
        text = "\n"
    else:
        text = conf(name='".cov"')
    files = {".coveragerc": rc} if way == "rcfile" else {}
    server, client, found = served(text, told=False, env=env, files=files)
    assert found["data_directory"] == str(server.data)
    flushed, _ = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"], flushed["lost"]) == (2, 2, [])


def test_a_file_changed_since_the_restart_supersedes(served, project):
    server, client, _ = served()
    client.ask("restart", timeout=TIME)
    server.get("/a")
    project.write({"lib.py": LIB + "\n"})
    flushed = client.ask("flush", timeout=TIME)
    answer = client.ask("collect", generation=flushed["generation"])
    assert answer["superseded"] == [str(project.dir / "lib.py")]


MEASURED = "import coverage\nc = coverage.Coverage(data_file={file!r}, data_suffix={suffix})\nc.start()\nimport lib\n"
MEASURED += "lib.choose('/b')\nc.stop()\nc.save()\n"


@pytest.mark.parametrize("lost", [0, 4], ids=["beside the workers'", "in place of a worker's"])
@pytest.mark.parametrize(
    "suffix", ["True", "os.urandom(4).hex()"], ids=["pids in the names", "none"]
)
def test_data_of_a_process_that_is_no_worker_is_no_agreement(served, project, suffix, lost):
    """As of tests in the server's container that coverage's .pth measures."""
    text = conf(suffix=suffix, at_exit=f"if worker.age == {lost}: return")
    server, client, _ = served(text)
    client.ask("restart", timeout=TIME)
    server.get("/a")
    measured = MEASURED.format(file=str(server.data / ".coverage"), suffix=suffix)
    subprocess.run([sys.executable, "-c", "import os\n" + measured], cwd=project.dir, check=True)
    flushed = client.ask("flush", timeout=TIME)
    assert flushed["written"] == (2 if lost else 3)
    assert any("none of the workers" in reason for reason in flushed["reasons"])
    assert flushed["note"] is None
    if suffix == "True":
        assert len(flushed["lost"]) == (1 if lost else 0)


def test_two_files_of_each_worker_are_agreement(served):
    again = "worker.cov.save(); worker.cov = coverage.Coverage(data_file=os.path.join(DIRECTORY, '.coverage'), "
    again += "data_suffix=True); worker.cov.start()"
    server, client, _ = served(conf(at_exit=again))
    flushed, _ = cycle(server, client, "/a")
    assert flushed["written"] >= 2 and flushed["reasons"] == [] and flushed["lost"] == []


def test_where_no_connection_came_no_request_did(served):
    server, client, _ = served()
    client.ask("restart", timeout=TIME)
    before = connections(server.pid)
    flushed = client.ask("flush", timeout=TIME)
    quiet = connections(server.pid) == before  # nothing else on this machine has come to any port
    assert flushed["reached"] is (False if quiet else None)
    assert flushed["addresses"] == [server.url.removeprefix("http://")]
    flushed, _ = cycle(server, client, "/a")
    assert flushed["reached"] is None


def test_of_a_unix_socket_the_kernel_tells_nothing(served, tmp_path):
    path = tmp_path / "app.sock"
    _, client, _ = served(args=("-b", f"unix:{path}"))
    client.ask("restart", timeout=TIME)
    flushed = client.ask("flush", timeout=TIME)
    assert flushed["reached"] is None
    assert f"unix:{path}" in flushed["addresses"]


@pytest.mark.parametrize("deletes", ["pass", WIPE], ids=["nothing is deleted", "deletes"])
def test_of_a_killed_worker_is_told_what_is_known(served, deletes):
    """It was told as a deletion that from now on would be prevented, which it was already, or which was none."""
    _, client, _ = served(conf(before=deletes))
    for _ in range(2):
        workers = client.ask("restart", timeout=TIME)["workers"]
        os.kill(workers[0]["pid"], signal.SIGKILL)
        time.sleep(0.5)
        flushed = client.ask("flush", timeout=TIME)
        (lost,) = [one for one in flushed["lost"] if one["pid"] == workers[0]["pid"]]
        assert "ended during the tests" in lost["cause"]
        told = "\n".join(flushed["reasons"])
        assert "workers exited" in told and "from now on" not in told
        assert ("deleted" in told) is (deletes == WIPE)


def test_a_worker_killed_while_an_old_file_goes_is_no_deletion_by_a_fork(served):
    server, client, _ = served()
    (server.data / ".coverage.old.1.x").write_bytes(b"of another day")
    workers = client.ask("restart", timeout=TIME)["workers"]
    (server.data / ".coverage.old.1.x").unlink()
    os.kill(workers[0]["pid"], signal.SIGKILL)
    time.sleep(0.5)
    flushed = client.ask("flush", timeout=TIME)
    told = "\n".join(flushed["reasons"])
    assert f"{server.data} was deleted" not in told and "from now on" not in told


def test_a_deletion_that_nobody_could_foresee_is_said_once(served):
    """Its text has no word for it: known from the first time on."""
    hidden = "getattr(shutil, 'rm' + 'tree')(DIRECTORY, ignore_errors=True); os.makedirs(DIRECTORY, exist_ok=True)"
    server, client, _ = served(
        conf(before=hidden, at_exit="import time; time.sleep(worker.age % 2)")
    )
    for _ in range(3):
        flushed, _ = cycle(server, client, "/a")
    assert (flushed["expected"], flushed["written"], flushed["reasons"]) == (2, 2, [])


def test_a_hook_shut_out_by_the_command_line_is_said(served):
    """Also where the data of the server's own hook is found."""
    shut_out = {"GUNICORN_CMD_ARGS": "--log-level info -c /there/gunicov_hook.py"}
    _, _, found = served(env=shut_out)
    assert found["hook"] is False and found["data_directory"]
    (told,) = [text for text in found["warnings"] if "gunicov_hook.py" in text]
    assert "-c own.py" in told and "GUNICOV_USER_CONFIG=own.py" in told


def test_a_hook_shut_out_and_no_data_says_the_way_out(served):
    shut_out = {"GUNICORN_CMD_ARGS": "-c /there/gunicov_hook.py"}
    _, client, _ = served(told=False, env=shut_out)
    error = client.refused("restart", timeout=TIME)
    assert error["kind"] == "no-hook" and "-c own.py" in error["message"]
    assert "GUNICOV_USER_CONFIG=own.py" in error["fix"]


def test_without_our_hook_nothing_is_said_to_shut_it_out(served):
    _, _, found = served(env={"GUNICORN_CMD_ARGS": "--log-level info"})
    assert not any("gunicov_hook.py" in text for text in found["warnings"])


@pytest.mark.parametrize(
    ("there", "told", "read", "way"),
    [
        ("-c own.py", "-c /x/gunicov_hook.py", "own.py", "off gunicorn's command line"),
        ("--config=own.py", "--config /x/gunicov_hook.py", "own.py", "off gunicorn's command line"),
        ("--conf own.py", "-c python:gunicov_hook", "own.py", "off gunicorn's command line"),
        ("-Rcown.py", "-c=/x/gunicov_hook.py", "own.py", "off gunicorn's command line"),
        ("-c gunicov_hook.py -c own.py", "", "own.py", "off gunicorn's command line"),
        ("", "-c /x/gunicov_hook.py -c own.py", "own.py", "out of GUNICORN_CMD_ARGS"),
        ("-c gunicov_hook.py", "-c own.py", "gunicov_hook.py", "log"),
        ("--chdir /x", "--certfile x -w 2", None, None),
        ("-c own.py", "", "own.py", None),
    ],
)
def test_which_config_gunicorn_reads(there, told, read, way):
    argv = ["python", "-m", "gunicorn", *there.split(), "app:app"]
    master = types.SimpleNamespace(argv=argv, environment={"GUNICORN_CMD_ARGS": told})
    config = ConfigFile(master)
    assert config.read == read
    assert (config.kept_out() or (None, None))[1] is way or way in config.kept_out()[1]
    master.environment["GUNICOV"] = "0"  # it is out because its user wants that
    assert ConfigFile(master).kept_out() is None
