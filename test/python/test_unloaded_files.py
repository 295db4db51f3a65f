"""A broken file holds up a restart only where workers load it."""

import hashlib

import pytest
from test_helper_own_hook import conf

TIME = 30
APP = """\
import lib
from pkg import word


def app(environ, start_response):
    if environ["PATH_INFO"] == "/late":
        import late
    body = (lib.WORD + word).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
FILES = {
    "app.py": APP,
    "lib.py": 'WORD = "lib"\n',
    "late.py": 'WORD = "late"\n',
    "pkg/__init__.py": 'word = "pkg"\n',
    ".coveragerc": "[run]\nsource = .\nomit = templates/*,gunicorn.conf.py,own.py\n",
}
BROKEN = "def {{ name }}(:\n"


@pytest.fixture
def served(found_server, tmp_path):
    """A factory: (server, helper that has found it)."""

    def start(files=None, **options):
        asked = {} if options.get("hook", True) else {"coverage_dir": str(tmp_path / "data")}
        return found_server({**FILES, **(files or {})}, asked=asked, **options)

    return start


def check(client, project, files):
    """Write {name: text or None, where it is only told as changed} and check all; (held up by, told of)."""
    project.write({name: text for name, text in files.items() if text is not None})
    told = []
    for name in files:
        body = (project.dir / name).read_bytes()
        told.append({"path": str(project.dir / name), "sha256": hashlib.sha256(body).hexdigest()})
    answer = client.ask("check", files=told, timeout=5)
    assert answer["lagging"] == []

    def names(failures):
        return [one["path"][len(str(project.dir)) + 1 :] for one in failures]

    return names(answer["failures"]), names(answer["unloaded"])


def cycle(server, client, path="/"):
    restarted = client.ask("restart", timeout=TIME)
    assert restarted["boot_errors"] == []
    server.get(path)
    flushed = client.ask("flush", timeout=TIME)
    return client.ask("collect", generation=flushed["generation"])


def test_a_template_that_nobody_loads_holds_up_nothing(served, project):
    server, client = served({"templates/module.py": BROKEN})
    # The first cycle knows what the workers of the start have loaded.
    assert check(client, project, {"templates/module.py": None}) == ([], ["templates/module.py"])
    cycle(server, client)
    # Told once; again when it has changed.
    assert check(client, project, {"templates/module.py": None}) == ([], [])
    files = {"templates/module.py": "\n" + BROKEN, "lib.py": 'WORD = "other"\n'}
    assert check(client, project, files) == ([], ["templates/module.py"])
    answer = cycle(server, client)
    assert answer["superseded"] == []


@pytest.mark.parametrize("name", ["app.py", "lib.py", "pkg/__init__.py"])
def test_a_file_that_workers_load_holds_it_up(served, project, name):
    server, client = served()
    for _ in range(2):
        assert check(client, project, {name: BROKEN, "other.py": "x = 1\n"}) == ([name], [])
        assert check(client, project, {name: FILES[name]}) == ([], [])
        cycle(server, client)


def test_what_was_imported_while_serving_is_loaded(served, project):
    server, client = served()
    cycle(server, client, "/late")
    assert check(client, project, {"late.py": BROKEN}) == (["late.py"], [])


def test_a_new_file_that_is_about_to_be_imported_is_the_boot_error(served, project):
    server, client = served()
    cycle(server, client)
    files = {"new.py": BROKEN, "app.py": "import new\n" + APP}
    assert check(client, project, files) == ([], ["new.py"])
    restarted = client.ask("restart", timeout=TIME)
    assert "new.py" in restarted["boot_errors"][0]["traceback"]
    assert server.alive()
    # Nothing has booted since, but what the workers before had loaded is known.
    assert check(client, project, {"lib.py": BROKEN, "new.py": "x = 1\n"}) == (["lib.py"], [])
    assert check(client, project, {"lib.py": FILES["lib.py"], "new.py": None}) == ([], [])
    cycle(server, client)


def test_a_file_that_is_imported_no_more_holds_up_nothing(served, project):
    server, client = served()
    cycle(server, client)
    assert check(client, project, {"lib.py": BROKEN}) == (["lib.py"], [])
    without = APP.replace("import lib\n", "\n").replace("lib.WORD", '"x"')
    assert check(client, project, {"lib.py": BROKEN, "app.py": without}) == ([], ["lib.py"])
    restarted = client.ask("restart", timeout=TIME)
    assert restarted["boot_errors"] == []


def test_gunicorns_config_holds_it_up(served, project):
    server, client = served({"gunicorn.conf.py": "threads = 2\n"})
    assert check(client, project, {"gunicorn.conf.py": "threads = (\n"}) == (
        ["gunicorn.conf.py"],
        [],
    )
    assert server.alive()


def test_a_server_with_a_hook_of_its_own_is_not_led_into_a_boot_that_ends_it(
    served, project, tmp_path
):
    data = tmp_path / "data"
    data.mkdir()
    server, client = served(
        {"own.py": conf(), "templates/module.py": BROKEN},
        hook=False,
        env={"DATA": data},
        args=("-w", "2", "-c", "own.py"),
    )
    cycle(server, client)
    assert check(client, project, {"templates/module.py": None}) == ([], ["templates/module.py"])
    assert check(client, project, {"lib.py": BROKEN}) == (["lib.py"], [])
    files = {"lib.py": FILES["lib.py"], "new.py": BROKEN, "app.py": "import new\n" + APP}
    assert check(client, project, files) == (["new.py"], [])
    assert server.alive()
