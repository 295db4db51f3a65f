"""The hook's files are replaced by another version's under a running master, as an update of gunicov does: what the
master has in memory goes on until the server is started anew."""

import pytest
from conftest import copy_hook
from cycles import Cycles
from test_hook_reload import HELLO

OTHER = 'raise RuntimeError("of another version")\n'
RC = "[run]\nsource = .\nomit =\n    gunicorn.conf.py\n    hook/*\n"


def write_other(hook):
    """All of its modules are another version's."""
    for path in (hook.parent / "gunicov_hook").rglob("*.py"):
        path.write_text(OTHER)
    add_line(hook)


def remove_modules(hook):
    """It is another version's, with its modules elsewhere."""
    for path in (hook.parent / "gunicov_hook").rglob("*.py"):
        path.unlink()
    add_line(hook)


def add_line(hook):
    """In one file: its texts are another version's."""
    head, texts, rest = hook.read_text().partition("\nTEXTS = ")
    other = repr({"config.py": OTHER, "hooks.py": OTHER})
    hook.write_text(
        head + texts + other + rest[rest.index("\n}\n") + 2 :] if texts else head + "\n"
    )


@pytest.fixture
def replaced(gunicorn_server, project):
    """A factory: Cycles on a server whose hook has just been replaced."""
    opened = []

    def start(replace, files):
        project.write({"app.py": HELLO, "rc": RC, **files})
        hook = copy_hook(project.dir / "hook")
        server = gunicorn_server(
            project.dir,
            args=["-w", "2", "-c", str(hook)],
            env={"GUNICOV_COVERAGE_CONFIG": "rc"},
            hook=False,
        )
        server.wait_booted()
        before = hook.read_text()
        replace(hook)
        assert hook.read_text() != before
        opened.append(Cycles(server))
        return opened[-1]

    yield start
    for each in opened:
        each.client.close()


@pytest.mark.parametrize("replace", [write_other, remove_modules])
def test_what_is_in_memory_goes_on_with_right_numbers(replaced, project, replace):
    cycles = replaced(replace, {})
    for number in range(3):
        project.write({"app.py": HELLO + f"NUMBER = {number}\n"})
        answer = cycles.run(["/"])
        assert answer["flush"]["reasons"] == [] and answer["superseded"] == []
        assert answer["report"]["totals"]["missing_lines"] == 0
        assert answer["report"]["totals"]["num_statements"] == 4
    assert cycles.master["warnings"] == []
    assert "of another version" not in cycles.server.log()


def test_so_does_what_the_master_has_run_of_the_project(replaced):
    files = {
        "gunicorn.conf.py": "import tuning\n\nthreads = tuning.THREADS\n",
        "tuning.py": "THREADS = 2\n",
        "rc": "[run]\nsource = .\nomit = hook/*\n",
    }
    cycles = replaced(write_other, files)
    for _ in range(2):
        answer = cycles.run(["/"])
        assert answer["flush"]["reasons"] == []
        assert answer["report"]["totals"]["missing_lines"] == 0


def test_a_config_that_is_edited_then_is_taken_and_one_that_does_not_load_is_not(replaced, project):
    cycles = replaced(write_other, {"gunicorn.conf.py": "keepalive = 3\n"})
    project.write({"gunicorn.conf.py": "keepalive = 4\n"})
    cycles.client.ask("restart", timeout=30)
    project.write({"gunicorn.conf.py": "keepalive = \n"})
    assert "SyntaxError" in cycles.client.ask("restart", timeout=30)["config_error"]
    assert cycles.server.alive()
    assert cycles.server.generation.manifest["settings"]["keepalive"] == 4


@pytest.mark.parametrize("of", ["the hook", "the server's own"])
def test_a_config_that_is_gone_is_said_and_the_server_lives(gunicorn_server, project, of):
    """gunicorn ends at a SIGHUP where the file that its -c names is not there."""
    project.write({"app.py": HELLO, "own.conf.py": "import coverage\n\nworkers = 1\n"})
    hook = copy_hook(project.dir / "hook")
    named = hook if of == "the hook" else project.dir / "own.conf.py"
    word = str(hook) if of == "the hook" else "own.conf.py"
    server = gunicorn_server(
        project.dir, args=["-c", word], env={"COVERAGE_FILE": "data/.coverage"}, hook=False
    )
    server.get("/", 30)
    aside = named.rename(project.dir / "aside")
    with Cycles(server) as cycles:
        assert cycles.client.refused("restart", timeout=30)["kind"] == "config-gone"
        assert server.get("/", 30)[0] == 200
        aside.rename(named)
        cycles.client.ask("restart", timeout=30)
        assert server.get("/", 30)[0] == 200
