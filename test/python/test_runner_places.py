"""A failure's place is a line of the user's own, whatever raised it."""

import pytest

pytest_plugins = ("runner_client",)

HELD = """
    import json, os, pytest, subprocess, sys

    def test_frozen(): os.environ["NOT_THERE_AT_ALL"]
    def test_library(): json.loads("{")
    def test_made_at_run_time():
        code = compile("def fails(): raise ValueError('made')", "<made>", "exec")
        space = {}
        exec(code, space)
        space["fails"]()
    def test_installed():
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".venv/lib/python3/site-packages"))
        import installed_one
        installed_one.fail()
    def test_import():
        import not_there_at_all
    @pytest.fixture
    def broken(): return os.environ["NOT_THERE_EITHER"]
    def test_fixture(broken): pass
"""
PLACES = {
    "test_frozen": "test_a.py:4",
    "test_library": "test_a.py:5",
    "test_made_at_run_time": "test_a.py:10",
    "test_installed": "test_a.py:14",
    "test_import": "test_a.py:16",
    "test_fixture": "test_a.py:18",
}


@pytest.mark.parametrize("style", ["auto", "short", "native"])
def test_the_place_is_the_users_own_line(runner, suite, style):
    suite.write("test_a.py", HELD)
    suite.write(
        ".venv/lib/python3/site-packages/installed_one.py", "def fail():\n    raise ValueError(1)\n"
    )
    tests = runner.run(suite.dir, f"--tb={style}", "test_a.py").tests()
    assert {name.split("::")[1]: test["place"] for name, test in tests.items()} == PLACES


def test_without_a_traceback_the_place_is_where_the_test_is(runner, suite):
    suite.write("test_a.py", HELD)
    tests = runner.run(suite.dir, "--tb=no", "test_a.py", "-k", "frozen or made").tests()
    places = {name.split("::")[1]: test["place"] for name, test in tests.items()}
    assert places == {"test_frozen": "test_a.py:4", "test_made_at_run_time": "test_a.py:6"}


def test_the_place_of_an_error_at_import_is_the_users_own_line(runner, suite):
    suite.write("test_a.py", "import os\nHOME = os.environ['NOT_THERE_AT_ALL']\n")
    [test] = runner.run(suite.dir).tests().values()
    assert test["place"] == "test_a.py:2"


def test_the_place_of_a_warning_that_is_an_error_is_the_users_own_line(runner, suite):
    suite.write(
        "test_a.py",
        "import warnings\n\n\ndef test_a():\n    warnings.warn('old', DeprecationWarning)\n",
    )
    [test] = runner.run(suite.dir, "-W", "error").tests().values()
    assert test["place"] == "test_a.py:5"


AT_IMPORT = {
    "the environment": (
        {"test_a.py": "import os\nHOME = os.environ['NOT_THERE']\n"},
        "test_a.py:2",
    ),
    "a module by its name": (
        {"test_a.py": "import importlib\n\nimportlib.import_module('not_there')\n"},
        "test_a.py:3",
    ),
    "a helper of the tests": (
        {"test_a.py": "import helper\n", "helper.py": "def made():\n    int('x')\nmade()\n"},
        "helper.py:2",
    ),
    "a directory with a space": (
        {"test here/test_a.py": "import json\njson.loads('{')\n"},
        "test here/test_a.py:2",
    ),
    "a syntax error": ({"test_a.py": "def test_a(:\n"}, "test_a.py:1"),
    "a syntax error in a helper": (
        {"test_a.py": "import os\nimport helper\n", "helper.py": "\n\nx = (\n"},
        "helper.py:3",
    ),
    "code made at run time": (
        {"test_a.py": "\nexec(compile('1/0', '<made>', 'exec'))\n"},
        "test_a.py:2",
    ),
    "a decorator": (
        {
            "test_a.py": "import pytest, os\n\n@pytest.mark.parametrize('a',\n"
            "    [os.environ['NOT_THERE']])\ndef test_a(a): pass\n"
        },
        "test_a.py:4",
    ),
    "a long message": (
        {"test_a.py": "import json\nraise ValueError('x: y\\n' * 30_000)\n"},
        "test_a.py:2",
    ),
    "a message like a place": (
        {"test_a.py": "raise ValueError('x\\nnot/there.py:77: in it')\n"},
        "test_a.py:1",
    ),
}


@pytest.mark.parametrize("what", AT_IMPORT)
def test_the_place_of_a_collection_error_is_the_users_own_line(runner, suite, what):
    files, place = AT_IMPORT[what]
    for name, text in files.items():
        suite.write(name, text)
    [test] = runner.run(suite.dir).tests().values()
    assert test["place"] == place
