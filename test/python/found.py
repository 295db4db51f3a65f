"""A server and the helper that has found it: what most tests of the helper begin with."""

import pytest
from helper_client import HelperClient, clean_environment


@pytest.fixture
def found_server(gunicorn_server, project):
    """A factory: (server, helper that has found it) of a project with these files.

    `folder`: where in the project gunicorn is started; `helper`: more of the helper's environment; `asked`:
    more fields of `find`; the other options are those of `gunicorn_server`. `server.found` is the master as
    `find` tells it. A helper that is still there ends with the test, and must do so with 0.
    """
    clients = []

    def start(files, folder=".", args=("-w", "2"), helper=None, asked=None, **options):
        project.write(files)
        server = gunicorn_server(project.dir / folder, args=args, **options)
        client = HelperClient(env=clean_environment(**(helper or {})), cwd="/")
        clients.append(client)
        server.found = client.ask("find", pid=server.pid, **(asked or {}))["master"]
        return server, client

    yield start
    for client in clients:
        if client.process.poll() is None:  # a test may have ended it
            assert client.close() == 0
