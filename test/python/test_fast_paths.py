"""Fast paths: what is switched off is not taken, and each reload tells what it has taken, or why not."""

import json

import pytest
from conftest import HELLO
from cycles import Cycles

NAMES = {"server.preload", "server.keep_code", "server.early_end", "server.report_first"}
APP = f"import heavy\n{HELLO}"


@pytest.fixture
def server(gunicorn_server, project, virtual):
    """One whose app imports an installed library, `heavy`."""
    (virtual.site / "heavy.py").write_text("VALUE = 1\n")
    project.write({"app.py": APP})
    return gunicorn_server(project.dir, python=virtual.python)


def reload_without(server, word, *off):
    """What the manifest says of a reload's fast paths."""
    (server.dir / word).write_text(json.dumps({"off": off}))
    server.hup()
    return server.generation.manifest["fast_paths"]


def test_all_are_taken_where_nothing_keeps_them_out(server):
    assert reload_without(server, "restart") == dict.fromkeys(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_is_switched_off_is_not_taken(server, name):
    told = reload_without(server, "flush", name)
    assert told[name] == "it is switched off"
    without_early_end = {"server.report_first"} if name == "server.early_end" else set()
    assert {other for other in NAMES if told[other]} == {name} | without_early_end
    older, newer = server.generations()
    assert bool(server.master["libraries"]) is (name != "server.preload")
    early = older.read("saved", 1)["time"] < newer.manifest["time"]
    assert early is (name != "server.early_end")
    # Before the workers' next restart their code is not known to the master.
    reload_without(server, "restart", name)
    compiled = (server.generation.dir / "code").iterdir()
    assert bool(list(compiled)) is (name == "server.keep_code")


def test_a_switch_stays_as_it_was_said_last(server):
    reload_without(server, "restart", "server.preload")
    server.hup()
    told = server.generation.manifest["fast_paths"]
    assert told["server.preload"] == "it is switched off"
    assert told["server.early_end"] == "the SIGHUP was not gunicov's"
    assert reload_without(server, "restart")["server.preload"] is None


@pytest.mark.parametrize(
    "args, env, name, why",
    [
        (["--reuse-port"], {}, "server.early_end", "reuse_port"),
        (["--preload"], {}, "server.preload", "preload_app"),
        ([], {"GUNICOV_PRELOAD": "0"}, "server.preload", "GUNICOV_PRELOAD"),
    ],
)
def test_why_one_is_not_taken_is_reported(gunicorn_server, project, args, env, name, why):
    project.write({"app.py": HELLO})
    server = gunicorn_server(project.dir, args=args, env=env, wait=False)
    server.wait_booted()
    assert why in reload_without(server, "restart")[name]


def test_the_helper_passes_on_switches_and_what_was_taken(gunicorn_server, project):
    project.write({"app.py": HELLO, ".coveragerc": "[run]\nsource = .\n"})
    with Cycles(gunicorn_server(project.dir)) as cycles:
        off = ["server.keep_code", "server.report_first"]
        restarted = cycles.client.ask("restart", timeout=30, off=off)
        assert {name for name, why in restarted["fast_paths"].items() if why} == set(off)
        cycles.server.get("/")
        flushed = cycles.client.ask("flush", timeout=30, off=["server.preload"])
        assert flushed["fast_paths"]["server.preload"] == "it is switched off"
        assert flushed["fast_paths"]["server.report_first"] is None
        collected = cycles.client.ask("collect", generation=flushed["generation"])
        assert collected["fast_paths"] == {"coverage.keep_rows": None}
        plain = cycles.client.ask("collect", generation=flushed["generation"], plain=True)
        assert plain["fast_paths"]["coverage.keep_rows"] is not None
        assert plain["report"]["totals"] == collected["report"]["totals"]
