"""No request is refused, reset or cut off by a cycle's two reloads, as with gunicorn alone."""

import time

import gunicorn
import pytest
from helper_client import HelperClient
from load import Load
from test_worker_ends import CLASSES, NEEDS

REQUESTS = 1000
APP = """\
import asyncio
import time

BODY = b"hello" * 2000
HEAD = [("Content-Length", str(len(BODY)))]


def wsgi(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", HEAD)
    return [BODY]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.sleep(float(scope["query_string"] or 0))
    head = [(name.lower().encode(), value.encode()) for name, value in HEAD]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": BODY})
"""


@pytest.fixture
def helper():
    client = HelperClient()
    yield client
    client.close()


def cycle(helper):
    """Restart, flush and report, as gunicov does it. The workers that were lost."""
    helper.ask("restart", timeout=30)
    time.sleep(0.3)
    flushed = helper.ask("flush", timeout=30)
    helper.ask("collect", generation=flushed["generation"])
    time.sleep(0.3)
    return flushed["lost"]


@pytest.mark.parametrize("name", CLASSES)
def test_reloads_under_load_lose_no_request(gunicorn_server, project, helper, name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    if name == "gthread" and gunicorn.version_info < (24,):
        pytest.skip("gunicorn alone loses some there")
    project.write({"app.py": APP})
    app = "app:asgi" if name in ("asgi", "uvicorn") else "app:wsgi"
    args = [*CLASSES[name], "-w", "2", "--graceful-timeout", "30"]
    server = gunicorn_server(project.dir, app=app, args=args)
    helper.ask("find", pid=server.pid)
    load = Load(int(server.url.rpartition(":")[2]))
    try:
        cycles = 0
        while cycles < 4 or load.answered < REQUESTS:
            assert cycle(helper) == []
            cycles += 1
    finally:
        load.end()
    assert load.lost == [], f"{len(load.lost)} of {load.answered}"
