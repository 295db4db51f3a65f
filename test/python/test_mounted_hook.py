"""GUNICOV_HOOK=1 where nothing is installed: PYTHONPATH has the directory `start` beside the hook, as gunicov init mounts it."""

import shutil
import subprocess

import pytest
from conftest import ROOT, wait_until
from cycles import Cycles, cold_report
from test_helper_collect import assert_equal
from test_master_code import CONF, FILES, HOOKS, PATHS

USERS = CONF + "\n\n" + HOOKS
# name -> (the config's file, gunicorn's arguments, more environment)
WAYS = {
    "-c": ("mine.conf.py", ["-c", "mine.conf.py"], {}),
    "GUNICORN_CMD_ARGS": ("mine.conf.py", [], {"GUNICORN_CMD_ARGS": "-c mine.conf.py"}),
    "no config": ("gunicorn.conf.py", [], {}),
}
OWN = "import sys\n\nsys.seen = [path for path in sys.path if 'start' in path]\n"
RC = "[run]\nbranch = True\n"


@pytest.fixture(params=["one file", "a directory"])
def hook(request, tmp_path):
    """The directory that is mounted: what init writes, or all of python/."""
    place = tmp_path / "mounted"
    place.mkdir()
    shutil.copytree(ROOT / "python/start", place / "start")
    if request.param == "one file":
        shutil.copy(ROOT / "dist/gunicov_hook.py", place)
        (place / "gunicov_hook").mkdir()
        shutil.copy(ROOT / "python/gunicov_hook/take_over.py", place / "gunicov_hook")
    else:
        shutil.copy(ROOT / "python/gunicov_hook.py", place)
        for name in ("gunicov_hook", "gunicov_common"):
            shutil.copytree(ROOT / "python" / name, place / name)
    return place


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_a_cold_runs_numbers(way, hook, gunicorn_server, project, virtual, tmp_path):
    file, args, more = WAYS[way]
    project.write({**FILES, "rc": RC, "cold.rc": f"{RC}parallel = True\n", file: USERS})
    env = {"GUNICOV_HOOK": "1", "PYTHONPATH": str(hook / "start"), **more}
    server = gunicorn_server(
        project.dir,
        args=args,
        env={**env, "GUNICOV_COVERAGE_CONFIG": "rc"},
        hook=False,
        python=virtual.python,
    )
    server.wait_booted()
    with Cycles(server, virtual.python) as ours:
        cold = cold_report(
            gunicorn_server, project, tmp_path, PATHS, env=more, args=args, python=virtual.python
        )
        for _ in range(2):
            answer = ours.run(PATHS)
            assert_equal(answer["report"], cold, str(project.dir))
            assert (answer["flush"]["reasons"], answer["superseded"]) == ([], [])


def test_a_sitecustomize_of_the_environments_own_runs_too(hook, virtual):
    (virtual.site / "sitecustomize.py").write_text(OWN)
    for switch in ("0", "1"):
        env = {"PYTHONPATH": str(hook / "start"), "GUNICOV_HOOK": switch}
        text = "import sys, sitecustomize; print(sys.seen, sitecustomize.__file__)"
        said = subprocess.check_output([virtual.python, "-c", text], env=env, text=True)
        assert said == f"[] {virtual.site / 'sitecustomize.py'}\n"


def test_an_environment_without_one_starts_in_silence(hook, virtual):
    env = {"PYTHONPATH": f"{hook / 'start'}:/somewhere"}
    text = "import sys; print([p for p in sys.path if p in sys.argv])"
    words = [virtual.python, "-c", text, "/somewhere", str(hook / "start")]
    done = subprocess.run(words, env=env, text=True, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == ("['/somewhere']\n", "")


def test_an_error_in_the_environments_own_is_said_as_without_us(hook, virtual):
    (virtual.site / "sitecustomize.py").write_text("import no_such_thing\n")
    env = {"PYTHONPATH": str(hook / "start")}
    done = subprocess.run(
        [virtual.python, "-c", ""], env=env, text=True, capture_output=True, check=False
    )
    assert "no_such_thing" in done.stderr


def test_switched_off_it_is_not_there(hook, gunicorn_server, project, virtual):
    project.write({**FILES, "mine.conf.py": USERS})
    env = {"GUNICOV_HOOK": "1", "GUNICOV": "0", "PYTHONPATH": str(hook / "start")}
    server = gunicorn_server(
        project.dir, args=["-c", "mine.conf.py"], env=env, hook=False, python=virtual.python
    )
    wait_until(lambda: server.get("/")[0] == 200, "an answer", server.log)
    assert server.dir is None
