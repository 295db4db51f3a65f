"""Two gunicorns with the same app in one place, of which one is chosen by its command line."""

import pytest
from conftest import HELLO
from helper_client import HelperClient, clean_environment

TIME = 30


@pytest.fixture
def helper():
    client = HelperClient(env=clean_environment(), cwd="/")
    yield client
    client.close()


@pytest.mark.parametrize("hook", [True, False], ids=["our hook", "a hook of its own"])
def test_what_the_other_one_served_is_said_to_be_missing(
    gunicorn_server, project, helper, tmp_path, hook
):
    (tmp_path / "data").mkdir()
    project.write({"app.py": HELLO, "other.py": HELLO, ".coveragerc": "[run]\nsource = .\n"})
    main = gunicorn_server(project.dir, args=["--name", f"main-{project.dir}"], hook=hook)
    fields = {} if hook else {"coverage_dir": str(tmp_path / "data")}
    helper.ask("find", match=f"main-{project.dir}", **fields)

    def told():
        helper.ask("restart", timeout=TIME)
        main.get()
        reasons = helper.ask("flush", timeout=TIME)["reasons"]
        return [reason for reason in reasons if str(project.dir) in reason]

    assert told() == []
    second = gunicorn_server(project.dir, args=["--name", f"second-{project.dir}"])
    [reason] = told()
    assert f"pid {main.pid}) is one of 2" in reason and f"pid {second.pid}: " in reason
    second.stop()
    gunicorn_server(project.dir, app="other:app", args=["--name", f"third-{project.dir}"])
    assert told() == []
