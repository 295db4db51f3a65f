"""What the server's coverage lies in is its user's alone; reports go nowhere but where they are asked for."""

import os
import stat
import tempfile
from pathlib import Path

import pytest
from conftest import listening, wait_until
from helper_client import HelperClient, clean_environment

APP = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [b""]
"""
NOBODY = 65534


@pytest.fixture
def open_directory():
    """A directory that everybody may read."""
    with tempfile.TemporaryDirectory(prefix="gunicov-private-") as path:
        os.chmod(path, 0o755)
        yield Path(path)


def as_nobody(work):
    """Whether another user may do it; in a child."""
    pid = os.fork()
    if pid == 0:
        code = 2
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            code = 0
        except PermissionError:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_no_other_user_reads_or_writes_the_coverage_directory(
    tmp_path, open_directory, gunicorn_server
):
    (tmp_path / "app.py").write_text(APP)
    # As an unlucky administrator has it: all that is made is open to all.
    old = os.umask(0)
    try:
        server = gunicorn_server(
            tmp_path, env={"GUNICOV_DIR": open_directory / "record"}, wait=False
        )
    finally:
        os.umask(old)
    server._base = open_directory / "record"
    server.url = wait_until(lambda: listening(server), "the port", server.log)
    server.wait_booted()
    server.get()
    server.hup()
    record = server.dir
    assert list(record.glob("gen-*/.coverage.*"))
    for path in [record, *(p for p in record.rglob("*") if p.is_dir())]:
        about = path.lstat()
        assert stat.S_IMODE(about.st_mode) & 0o077 == 0, path
        assert about.st_uid == os.geteuid()
    if os.geteuid() == 0:
        assert as_nobody(lambda: os.listdir(open_directory))
        assert not as_nobody(lambda: os.listdir(record))
        assert not as_nobody(lambda: (record / "master.json").read_bytes())
        assert not as_nobody(lambda: (record / "gen-000009").mkdir())


def test_a_record_that_somebody_else_could_have_written_is_refused(
    tmp_path, open_directory, gunicorn_server
):
    (tmp_path / "app.py").write_text(APP)
    server = gunicorn_server(tmp_path)
    os.chmod(server.dir, 0o777)
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    try:
        refused = client.refused("find", pid=server.pid)
        assert refused["kind"] == "denied"
        assert "private" in refused["message"]
    finally:
        client.close()


def test_coverages_configuration_leads_no_report_out(tmp_path, open_directory, gunicorn_server):
    away = open_directory / "away"
    away.mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text(APP)
    (project / ".coveragerc").write_text(
        f"[run]\nsource = .\ndata_file = {away}/data\n[html]\ndirectory = {away}/html\n"
        f"[json]\noutput = {away}/report.json\n[xml]\noutput = {away}/x.xml\n[lcov]\noutput = {away}/l\n"
    )
    server = gunicorn_server(project)
    client = HelperClient(env=clean_environment(), cwd="/")
    try:
        client.ask("find", pid=server.pid)
        server.get()
        flushed = client.ask("flush", timeout=30)
        client.ask("collect", generation=flushed["generation"])
        html = client.send("html")
        assert client.wait(html)["ok"]["files"] > 3
        names = client.files(html)
        assert not [name for name in names if name.startswith("/") or ".." in name.split("/")]
        assert client.ask("export", map=[])["files"] == 2
        # Only what is in the report is handed out.
        assert client.refused("read", path="/etc/passwd")["kind"] == "no-report"
        assert "def app" in client.ask("read", path=str(project / "app.py"))["text"]
    finally:
        client.close()
        server.stop()
    assert list(away.iterdir()) == []


def to_device(path):
    os.symlink("/dev/zero", path)


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, to_device], ids=["pipe", "directory", "device"]
)
def test_a_file_that_never_ends_is_no_source(tmp_path, make):
    path = tmp_path / "endless.py"
    make(path)
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    try:
        files = [{"path": str(path), "sha256": None}]
        assert client.ask("check", files=files, timeout=1) == {
            "failures": [],
            "unloaded": [],
            "lagging": [],
        }
    finally:
        client.close()
