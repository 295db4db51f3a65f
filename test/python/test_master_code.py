"""What gunicorn's master runs of the project is measured as in a cold run: its config, what that imports, hooks."""

import os

import pytest
from cycles import Cycles, cold_report
from test_helper_collect import assert_equal

APP = """\
from mypkg import shapes


def app(environ, start_response):
    body = shapes.area(environ["PATH_INFO"]).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
FILES = {
    "app.py": APP,
    "mypkg/__init__.py": "",
    "mypkg/settings.py": "WORKERS = 2\nif WORKERS > 1:\n    MANY = True\nelse:\n    MANY = False\n",
    "mypkg/shapes.py": """\
from mypkg import settings


def area(path):
    if path == "/q":
        return "square"
    return "round" if settings.MANY else "?"


def never():
    return 0
""",
    "mypkg/later.py": "def note(text):\n    for _ in text:\n        pass\n    return text\n",
    "mypkg/workers.py": """\
from gunicorn.workers.sync import SyncWorker


class Mine(SyncWorker):
    def handle_request(self, *args):
        return super().handle_request(*args)
""",
}
CONF = "from mypkg import settings\n\nworkers = settings.WORKERS\n"
HOOKS = """\
def on_starting(server):
    from mypkg import later

    later.note("starting")


def when_ready(server):
    for _ in range(2):
        pass


def pre_fork(server, worker):
    if worker.age:
        return


def post_fork(server, worker):
    worker.mine = True


def child_exit(server, worker):
    if worker.pid:
        return
"""
CASES = {
    "a config that imports from the project": (CONF, []),
    "a config with hooks": (CONF + "\n\n" + HOOKS, []),
    "a config alone": ("import os\n\nworkers = 2 if os.sep else 3\n", []),
    "a config that calls a set-up": (
        "from mypkg import later\n\nlater.note('x')\nworkers = 2\n",
        [],
    ),
    "preload_app": ("workers = 2\npreload_app = True\n", []),
    "a worker class of the project's own": (
        "workers = 2\nworker_class = 'mypkg.workers.Mine'\n",
        [],
    ),
    "a worker class on the command line": ("workers = 2\n", ["-k", "mypkg.workers.Mine"]),
    "a module as the config": (None, []),
}
PATHS = ["/", "/q"]


@pytest.fixture
def served(gunicorn_server, project, virtual):
    """A factory: our Cycles on a server with that config (None: the module mypkg.conf; '': none)."""

    def start(conf, args=(), branch="branch = True\n"):
        rc = f"[run]\n{branch}source = .\n"
        project.write({**FILES, "rc": rc, "cold.rc": f"{rc}parallel = True\n"})
        if conf != "":
            project.write({"mypkg/conf.py": CONF} if conf is None else {"gunicorn.conf.py": conf})
        env = {"GUNICOV_COVERAGE_CONFIG": "rc"}
        if conf is None:
            env["GUNICOV_USER_CONFIG"] = "python:mypkg.conf"
        server = gunicorn_server(project.dir, args=args, env=env, python=virtual.python)
        return Cycles(server, virtual.python)

    return start


@pytest.mark.parametrize("case", CASES)
def test_what_the_master_runs_is_measured_as_in_a_cold_run(
    gunicorn_server, project, virtual, tmp_path, served, case
):
    conf, args = CASES[case]
    with served(conf, args) as ours:
        plain = [*args, *(["-c", "python:mypkg.conf"] if conf is None else [])]
        cold = cold_report(
            gunicorn_server, project, tmp_path, PATHS, args=plain, python=virtual.python
        )
        for _ in range(3):
            answer = ours.run(PATHS)
            assert_equal(answer["report"], cold, str(project.dir))
            flush = answer["flush"]
            assert (flush["reasons"], answer["superseded"]) == ([], [])


def row(answer, name):
    return next(row for row in answer["report"]["files"] if row["path"].endswith(name))


def test_an_edit_of_the_config_is_measured_anew(served, project):
    with served(CONF, branch="") as ours:
        assert row(ours.run(PATHS), "gunicorn.conf.py")["executed_lines"] == [1, 3]
        project.write({"gunicorn.conf.py": "# moved\n\n" + CONF})
        answer = ours.run(PATHS)
        assert row(answer, "gunicorn.conf.py")["executed_lines"] == [3, 5]
        assert answer["superseded"] == [] and answer["flush"]["reasons"] == []


def test_what_the_settings_leave_out_since_the_start_is_in_no_report(served, project):
    with served(CONF) as ours:
        assert row(ours.run(PATHS), "gunicorn.conf.py")
        rc = (project.dir / "rc").read_text()
        (project.dir / "rc").write_text(rc + "omit = gunicorn.conf.py\n")
        for _ in range(2):
            files = [row["path"] for row in ours.run(PATHS)["report"]["files"]]
            assert not [path for path in files if path.endswith("gunicorn.conf.py")]
            assert [path for path in files if path.endswith("settings.py")]


def test_what_was_imported_before_the_master_is_measured_is_never_complete(
    served, project, virtual
):
    """Here by a .pth; a program of the project's that embeds gunicorn does the same."""
    project.write(FILES)
    (virtual.site / "early.pth").write_text(
        f"import sys; sys.path.insert(0, {str(project.dir)!r}); import mypkg.settings\n"
    )
    with served("workers = 2\n") as ours:
        answer = ours.run(PATHS)
        (reason,) = answer["flush"]["reasons"]
        assert "mypkg/" in reason and "before that was measured" in reason


def test_coverage_may_be_measuring_the_master_already(served, project, gunicorn_server, virtual):
    """`coverage run -m gunicorn`, or COVERAGE_PROCESS_START: the same numbers."""
    with served(CONF + "\n\n" + HOOKS) as ours:
        plain = ours.run(PATHS)["report"]
    env = {"GUNICOV_COVERAGE_CONFIG": "rc", "COVERAGE_PROCESS_START": project.dir / "cold.rc"}
    server = gunicorn_server(project.dir, env=env, python=virtual.python)
    with Cycles(server, virtual.python) as ours:
        answer = ours.run(PATHS)
        assert answer["flush"]["reasons"] == []
        assert answer["report"]["totals"] == plain["totals"]


def test_a_project_without_code_in_the_master_leaves_no_data_of_it(served):
    with served("") as ours:
        ours.run(PATHS)
        assert ours.run(PATHS)["flush"]["reasons"] == []
        names = os.listdir(ours.server.generations()[-2].dir)
        assert not [name for name in names if ".master." in name]


ENGINE = """\
import linecache


def render(path, number):
    return linecache.getline(path, number)
"""
PLUGIN = """\
import coverage
import engine


class Tracer(coverage.FileTracer):
    def has_dynamic_source_filename(self):
        return True

    def dynamic_source_filename(self, filename, frame):
        return frame.f_locals["path"] if frame.f_code.co_name == "render" else None

    def line_number_range(self, frame):
        return frame.f_locals["number"], frame.f_locals["number"]


class Reporter(coverage.FileReporter):
    def lines(self):
        return {1, 2}


class Plugin(coverage.CoveragePlugin):
    def file_tracer(self, filename):
        return Tracer() if filename == engine.__file__ else None

    def file_reporter(self, filename):
        return Reporter(filename)


def coverage_init(registry, options):
    registry.add_file_tracer(Plugin())
"""


def test_a_template_engine_that_a_plugin_has_imported_is_not_code_of_the_project(
    gunicorn_server, project, virtual, tmp_path, served
):
    """As django_coverage_plugin does: no line of the engine is measured, those of the templates are."""
    (virtual.site / "engine.py").write_text(ENGINE)
    (virtual.site / "engine_plugin.py").write_text(PLUGIN)
    page = project.dir / "page.tpl"
    drawn = APP.replace("body = ", f"page = engine.render({str(page)!r}, 1)\n    body = ")
    with served("workers = 2\n", branch="plugins = engine_plugin\n") as ours:
        project.write({"page.tpl": "one\ntwo\n", "app.py": "import engine\n" + drawn})
        cold = cold_report(gunicorn_server, project, tmp_path, PATHS, python=virtual.python)
        for _ in range(2):
            answer = ours.run(PATHS)
            assert answer["flush"]["reasons"] == []
            assert_equal(answer["report"], cold, str(project.dir))
            assert row(answer, "page.tpl")["executed_lines"] == [1]


def test_where_all_data_is_removed_that_is_said_and_not_what_is_measured(found_server, project):
    server, client = found_server({**FILES, "gunicorn.conf.py": "workers = 2\n"})
    client.ask("restart", timeout=30)
    measured = server.generation
    server.get("/")
    flushed = client.ask("flush", timeout=30)
    for path in measured.dir.glob(".coverage*"):
        path.unlink()
    error = client.refused("collect", generation=flushed["generation"])
    assert error["kind"] == "no-report"
    assert error["message"] == "no data of generation 2 is left: 2 of 2 workers are lost"


@pytest.mark.parametrize("only", ["mypkg/settings.py", "gunicorn.conf.py", "nothing.py"])
def test_where_no_worker_has_run_what_is_measured_it_is_said_who_has(found_server, project, only):
    rc = f"[run]\ninclude = {only}\n"
    server, client = found_server({**FILES, ".coveragerc": rc, "gunicorn.conf.py": CONF})
    client.ask("restart", timeout=30)
    server.get("/")
    error = client.refused("collect", generation=client.ask("flush", timeout=30)["generation"])
    assert error["kind"] == "no-report"
    assert "no worker of generation 2 has measured anything" in error["message"]
    by_master = "only gunicorn's master has run any"
    if only == "nothing.py":
        assert by_master not in error["message"]
        assert "that its workers run" in error["fix"]
    else:
        assert f"{by_master} ({project.dir / only})" in error["message"]
        assert "what only the master runs" in error["fix"]
    for word in ("`source`", "`include`", "`omit`", str(project.dir / ".coveragerc")):
        assert word in error["fix"]
