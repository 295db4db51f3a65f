"""`written`: which files the server writes itself, in whatever way its code does that."""

import pytest
from helper_client import HelperClient, clean_environment

APP = """
import logging, os, pathlib, shutil, sqlite3

KEPT = open("kept", "a")
logging.basicConfig(filename="trace", level="INFO")
pathlib.Path("read.txt").read_text()


def app(environ, start_response):
    logging.info("asked")
    with open("appended", "a") as file:
        file.write("x")
    with open(b"bytes", "wb") as file:
        file.write(b"x")
    pathlib.Path("pathlib").write_text("x")
    os.close(os.open("low", os.O_WRONLY | os.O_CREAT))
    open("draft", "w").close()
    os.replace("draft", "replaced")
    shutil.copy("read.txt", "copied")
    sqlite3.connect("store").close()
    with open("updated", "r+") as file:
        file.write("y")
    if os.path.exists("removed"):
        os.remove("removed")
    if not os.path.exists("forked"):
        child = os.fork()
        if child == 0:
            open("forked", "w").close()
            os._exit(0)
        os.waitpid(child, 0)
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
"""

WRITES = [
    "kept",
    "trace",
    "appended",
    "bytes",
    "pathlib",
    "low",
    "draft",
    "replaced",
    "copied",
    "store",
    "updated",
    "removed",
    "forked",
    "access",
]


@pytest.mark.parametrize("worker", ["sync", "gthread"])
def test_what_the_server_writes_is_known_and_nothing_else(gunicorn_server, tmp_path, worker):
    app = tmp_path / "app"
    app.mkdir()
    (app / "app.py").write_text(APP)
    for name in ("read.txt", "page.html", "updated", "removed"):
        (app / name).write_text("text")
    args = ["-k", worker, "--access-logfile", "access"]
    server = gunicorn_server(app, args=args)
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    try:
        client.ask("find", pid=server.pid)
        asked = [
            str(app / name) for name in [*WRITES, "read.txt", "page.html", "app.py", "nowhere"]
        ]
        known = client.ask("written", files=asked)["files"]
        assert {"kept", "trace", "access"} <= {path.rpartition("/")[2] for path in known}
        server.get("/")
        known = client.ask("written", files=asked)["files"]
        assert [path.rpartition("/")[2] for path in known] == WRITES
    finally:
        client.close()


def test_before_a_server_was_found_nothing_is_known(tmp_path):
    client = HelperClient(env=clean_environment(), cwd=tmp_path)
    try:
        assert client.ask("written", files=["/etc/passwd"]) == {"files": []}
    finally:
        client.close()
