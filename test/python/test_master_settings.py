"""coverage's settings, or gunicorn's config, change under a master that has run code of the project's: the report is
a cold run's, or it says what is missing and what to do."""

import pytest
from cycles import Cycles, cold_report
from test_helper_collect import assert_equal
from test_master_code import CONF, FILES, PATHS, row

ANEW = "start the server anew"
HOOKS = """\
from mypkg import later


def on_starting(server):
    later.note("starting")


def when_ready(server):
    for _ in range(2):
        pass


def nworkers_changed(server, new, old):
    if old is None:
        return


def pre_fork(server, worker):
    if worker.age:
        return


def child_exit(server, worker):
    if worker.pid:
        return
"""
CONFIG = f"workers = 2\n{HOOKS}"


class Served:
    """A server with gunicorn's config `conf` and coverage's settings `rc` (below [run]), and cycles on it."""

    def __init__(self, start, project, virtual, tmp_path):
        self.start, self.project, self.virtual, self.tmp_path = start, project, virtual, tmp_path
        self.colds = {}  # reports of cold runs, by config and settings

    def open(self, conf, rc):
        self.project.write(FILES)
        self.set(conf, rc)
        env = {"GUNICOV_COVERAGE_CONFIG": "rc"}
        server = self.start(self.project.dir, env=env, python=self.virtual.python)
        self.cycles = Cycles(server, self.virtual.python)
        return self

    def set(self, conf=None, rc=None):
        if rc is not None:
            rc = f"[run]\n{rc}"
            self.project.write({"rc": rc, "cold.rc": f"{rc}parallel = True\n"})
        if conf is not None:
            self.project.write({"gunicorn.conf.py": conf})

    def run(self):
        return self.cycles.run(PATHS)

    def cold(self):
        named = [self.project.dir / name for name in ("gunicorn.conf.py", "rc")]
        key = tuple(path.read_text() for path in named)
        if key not in self.colds:
            more = {"python": self.virtual.python, "data": f"cold{len(self.colds)}"}
            self.colds[key] = cold_report(self.start, self.project, self.tmp_path, PATHS, **more)
        return self.colds[key]

    def complete(self, times=1):
        """Cycles whose reports are whole and those of a cold run; the last answer."""
        cold = self.cold()
        for _ in range(times):
            answer = self.run()
            flush = answer["flush"]
            assert (flush["reasons"], flush["note"], answer["superseded"]) == ([], None, [])
            assert answer["stale"] == []
            assert_equal(answer["report"], cold, str(self.project.dir))
        return answer

    def incomplete(self, *words, times=1):
        """Cycles that say, for one reason, each of these words; the last answer."""
        for _ in range(times):
            answer = self.run()
            (reason,) = answer["flush"]["reasons"]
            assert all(word in reason for word in words), reason
        return answer


@pytest.fixture
def served(gunicorn_server, project, virtual, tmp_path):
    made = Served(gunicorn_server, project, virtual, tmp_path)
    yield made
    made.cycles.client.close()


@pytest.mark.parametrize("preload", ["", "preload_app = True\n"])
def test_branches_are_switched_on_and_off(served, preload):
    lines, branches = "source = .\n", "source = .\nbranch = True\n"
    served.open(preload + CONFIG, lines)
    served.complete()
    for _ in range(2):
        served.set(rc=branches)
        served.complete()
        served.set(rc=lines)
        served.complete()


def test_paths_become_relative_and_absolute(served):
    served.open(CONFIG, "source = .\nbranch = True\n")
    served.complete()
    served.set(rc="source = .\nrelative_files = True\n")
    served.complete()
    served.set(rc="source = .\nbranch = True\n")
    served.complete()


NARROW = {
    "omit": "source = .\nomit = mypkg/settings.py\n",
    "source": "source = mypkg.shapes\n",
    "include": "include = mypkg/shapes.py\n",
}


@pytest.mark.parametrize("by", NARROW)
def test_what_is_measured_only_since_an_edit_stays_incomplete_till_the_server_is_started_anew(
    served, by
):
    served.open(CONF, NARROW[by])
    served.complete()
    served.set(rc="source = .\n")
    served.incomplete(".py", "is measured now", "gunicorn's master", ANEW, times=2)
    served.set(rc=NARROW[by])
    served.complete()


@pytest.mark.parametrize("by", NARROW)
def test_what_was_measured_at_the_start_is_there_again(served, by):
    served.open(CONFIG, "source = .\n")
    served.complete()
    served.set(rc=NARROW[by])
    served.complete()
    served.set(rc="source = .\n")
    served.complete()


def test_all_of_the_masters_code_is_left_out(served):
    served.open(CONF, "source = .\n")
    served.complete()
    served.set(
        rc="source = .\nomit =\n    gunicorn.conf.py\n    mypkg/settings.py\n    mypkg/__init__.py\n"
    )
    served.complete(2)


def test_a_config_that_is_edited_while_it_is_left_out_is_not_the_old_one(served):
    served.open(CONF, "source = .\n")
    served.complete()
    left_out = "source = .\nomit = gunicorn.conf.py\n"
    served.set("# moved\n\n" + CONF, left_out)
    served.complete()
    served.set(rc="source = .\n")
    served.incomplete("gunicorn.conf.py", ANEW)


def test_the_config_and_the_settings_are_edited_at_once(served):
    served.open(CONF, "source = .\n")
    served.complete()
    served.set("# moved\n\n" + CONF, "source = .\nbranch = True\n")
    served.complete(2)


def test_hooks_of_an_edited_config_that_have_run_before_are_not_taken_for_missed(served):
    served.open(CONFIG, "source = .\n")
    served.complete()
    served.set("# moved\n\n" + CONFIG)
    served.incomplete("on_starting", "when_ready", "gunicorn.conf.py", ANEW)
    served.set(CONFIG)
    served.complete()


LATER = "from mypkg.hooks import when_ready\n\nworkers = 2\n"


def test_a_hook_that_the_config_imports_has_run_whatever_the_config_becomes(served, project):
    project.write({"mypkg/hooks.py": "def when_ready(server):\n    for _ in 'ab':\n        pass\n"})
    served.open(LATER, "source = .\n")
    served.complete()
    served.set("# moved\n" + LATER)
    served.complete()


LEFT_OUT = "source = .\nomit = gunicorn.conf.py\n"
READY = "def when_ready(server):\n    text = 'a'\n"
CALLS = "def when_ready(server):\n    from mypkg import later\n\n    later.note('a')\n"


def test_a_hook_of_a_config_that_is_not_measured(served):
    """It matters where it uses code that is, and has changed."""
    served.open(CALLS, LEFT_OUT)
    served.complete()
    served.set("# moved\n" + CALLS)
    served.complete()
    served.set(CALLS.replace("'a'", "'b'"))
    served.incomplete("when_ready", ANEW)
    served.set(READY)
    served.incomplete("when_ready", ANEW)


USES = "from mypkg import later, settings\n\nlater.note('a')\nworkers = settings.WORKERS\n"


@pytest.mark.parametrize("rc", ["source = .\n", LEFT_OUT])
def test_what_only_an_older_config_has_run_is_not_taken_for_run(served, rc):
    served.open(USES, rc)
    served.complete()
    served.set("# moved\nkeepalive = 2\n" + USES)
    served.complete()
    served.set("from mypkg import settings\n\nworkers = settings.WORKERS\n")
    served.incomplete("gunicorn.conf.py has changed since", ANEW)
    served.set(USES)
    served.complete()


AT_END = "def on_exit(server):\n    for _ in 'ab':\n        pass\n"
AT_END_USES = "from mypkg import later\n\n\ndef on_exit(server):\n    later.note('a')\n"


@pytest.mark.parametrize(
    ("conf", "rc", "said"),
    [
        (AT_END, "source = .\n", True),
        (AT_END_USES, LEFT_OUT, True),
        (AT_END, LEFT_OUT, False),
    ],
)
def test_what_runs_when_the_server_ends_is_never_taken_for_missed(served, conf, rc, said):
    served.open(conf, rc)
    if not said:
        served.complete()
        return
    flush = served.run()["flush"]
    assert flush["reasons"] == []
    assert (
        flush["note"].startswith("unproven: on_exit of ")
        and "when the server ends" in flush["note"]
    )


def test_a_context_is_the_masters_too(served):
    served.open(CONF, "source = .\ncontext = here\n")
    answer = served.complete()
    assert row(answer, "gunicorn.conf.py")
