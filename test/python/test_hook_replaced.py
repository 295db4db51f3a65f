"""The hook's file is replaced by another version's under a running master, as an update of gunicov does."""

import pytest
from conftest import HOOK
from cycles import Cycles
from test_hook_reload import HELLO

# What an older version may have left otherwise in the state that outlives a reload.
OTHER = {
    "nothing but its version": "",
    "no field but a few": """
for name in list(vars(STATE)):
    if not name.startswith("__") and name not in ("user", "reload", "generation", "directory"):
        delattr(STATE, name)
""",
    "none of the known fields": """
for name in list(vars(STATE)):
    if not name.startswith("__"):
        delattr(STATE, name)
""",
    "other fields": "STATE.of_another = object()\n",
    "other types": """
for name in list(vars(STATE)):
    if not name.startswith("__"):
        setattr(STATE, name, 7.5)
""",
    "other objects": """
STATE.master = STATE.measures = STATE.user = object()
STATE.imported, STATE.hashes, STATE.reload = {"/a": 1}, {"/a": None}, (None, None, None)
""",
}
FINDS = """\
import sys

STATE = sys.modules["_gunicov_state"]
if not hasattr(sys, "changed"):
    sys.changed = True
{}

"""


def newer(change):
    """The hook, which finds the state `change`d at the reload that brings it."""
    lines = "\n".join(f"    {line}" for line in (change or "pass").splitlines())
    return FINDS.format(lines) + HOOK.read_text()


@pytest.fixture
def replaced(gunicorn_server, project):
    """A factory: Cycles on a server whose hook has just been replaced by a newer one, which finds that state."""
    opened = []

    def start(change, files):
        project.write({"app.py": HELLO, "hook/gunicov_hook.py": HOOK.read_text(), **files})
        hook = project.dir / "hook" / "gunicov_hook.py"
        server = gunicorn_server(
            project.dir,
            args=["-w", "2", "-c", str(hook)],
            env={"GUNICOV_COVERAGE_CONFIG": "rc"},
            hook=False,
        )
        server.wait_booted()
        hook.write_text(newer(change))
        opened.append(Cycles(server))
        return opened[-1]

    yield start
    for each in opened:
        each.client.close()


@pytest.mark.parametrize("case", OTHER)
def test_a_newer_hook_takes_over_a_master_of_an_older_one(replaced, case):
    cycles = replaced(
        OTHER[case], {"rc": "[run]\nsource = .\nomit =\n    gunicorn.conf.py\n    hook/*\n"}
    )
    for _ in range(2):
        answer = cycles.run(["/"])
        assert answer["flush"]["reasons"] == [] and answer["superseded"] == []
        assert answer["report"]["totals"]["missing_lines"] == 0
    assert "start the server anew" in str(cycles.master["warnings"])
    assert cycles.server.alive()


def test_what_the_master_has_run_under_an_older_one_is_told_to_be_missing(replaced):
    conf = "import tuning\n\nthreads = tuning.THREADS\n"
    files = {
        "gunicorn.conf.py": conf,
        "tuning.py": "THREADS = 2\n",
        "rc": "[run]\nsource = .\nomit = hook/*\n",
    }
    cycles = replaced("", files)
    for _ in range(2):
        (reason,) = cycles.run(["/"])["flush"]["reasons"]
        assert "tuning.py" in reason and "start the server anew" in reason


def test_a_config_that_does_not_load_then_leaves_the_last_good_one(replaced, project):
    cycles = replaced("", {"gunicorn.conf.py": "keepalive = 3\n", "rc": "[run]\nsource = .\n"})
    project.write({"gunicorn.conf.py": "keepalive = \n"})
    assert "SyntaxError" in cycles.client.ask("restart", timeout=30)["config_error"]
    assert cycles.server.alive()
    assert cycles.server.generation.manifest["settings"]["keepalive"] == 3
