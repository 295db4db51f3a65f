"""`prepare`: which interpreter a command runs on, and what is said when something is not there."""

import os
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

pytest_plugins = ("runner_client",)

SCRIPTS = Path(sysconfig.get_path("scripts"))


def script(directory, text, name="pytest"):
    """Write an executable script."""
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def prepare(runner, *command, path=None, cwd=None):
    env = {} if path is None else {"PATH": str(path)}
    return runner.ask("prepare", command=list(command), cwd=str(cwd) if cwd else None, env=env)


def test_the_console_script_on_the_path_names_its_interpreter(runner, tmp_path):
    answer = prepare(runner, "pytest", path=SCRIPTS, cwd=tmp_path)
    assert answer.ok == {"interpreter": sys.executable, "pytest": True, "cwd": str(tmp_path)}


def test_python_m_pytest_names_that_python(runner):
    assert prepare(runner, sys.executable, "-m", "pytest").ok["interpreter"] == sys.executable
    assert prepare(runner, "python", "-m", "pytest", path=SCRIPTS).ok["pytest"] is True


@pytest.mark.parametrize(
    "text",
    [
        "#!/usr/bin/env python3\nimport pytest\n",
        "#!/usr/bin/env -S python3 -u\nimport pytest\n",
        "#!{python}\nimport pytest\n",
        "#!{python} -u\nimport pytest\n",
        "#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\nimport pytest\n",
        "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\nimport pytest\n",
        "#!/bin/sh\n'''exec' '{python}' \"$0\" \"$@\"\n' '''\nimport pytest\n",
    ],
)
def test_each_form_of_a_console_script(runner, tmp_path, text):
    script(tmp_path / "bin", text.format(python=sys.executable))
    path = os.pathsep.join([str(tmp_path / "bin"), str(SCRIPTS), "/usr/bin", "/bin"])
    assert prepare(runner, "pytest", path=path).ok["interpreter"] == sys.executable


def test_the_relocatable_form_that_uv_writes(runner, tmp_path):
    text = (
        """#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")"/'python' "$0" "$@"\n' '''\n"""
    )
    path = script(tmp_path / "bin", text)
    (tmp_path / "bin" / "python").symlink_to(SCRIPTS / "python")
    # A python that is linked into another directory is another environment: it is asked.
    answer = prepare(runner, str(path))
    assert answer.ok is not None or "cannot import pytest" in answer.error["message"]


def test_a_relative_program_is_taken_from_the_working_directory(runner, tmp_path):
    script(tmp_path / "bin", f"#!{sys.executable}\nimport pytest\n")
    assert prepare(runner, "bin/pytest", cwd=tmp_path).ok["interpreter"] == sys.executable


def test_another_interpreter_is_named_by_itself(runner, tmp_path):
    home = tmp_path / "other"
    venv.create(home, system_site_packages=False, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    (site / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = home / "bin" / "python"
    answer = prepare(runner, str(python), "-m", "pytest")
    assert answer.ok["interpreter"] == str(python)
    refused = runner.ask("run", command=[str(python), "-m", "pytest"], cwd=str(tmp_path))
    assert refused.error["kind"] == "bad-request"


def test_an_interpreter_without_pytest_is_said(runner, tmp_path):
    home = tmp_path / "bare"
    venv.create(home, system_site_packages=False, with_pip=False)
    answer = prepare(runner, str(home / "bin" / "python"), "-m", "pytest")
    assert answer.error["kind"] == "no-command"
    assert "cannot import pytest" in answer.error["message"]
    assert f"{home}/bin/python -m pip install pytest" in answer.error["fix"]


def test_a_command_that_is_not_there(runner, tmp_path):
    answer = prepare(runner, "nosuchthing", path=tmp_path)
    assert answer.error["kind"] == "no-command"
    assert "“nosuchthing”" in answer.error["message"]
    assert "command" in answer.error["fix"]


def test_pytest_not_on_the_path_but_importable_gives_the_command_that_works(runner, tmp_path):
    answer = prepare(runner, "pytest", path=tmp_path)
    assert answer.error["kind"] == "no-command"
    assert f"{sys.executable} -m pytest" in answer.error["fix"]


def test_a_file_that_cannot_be_executed(runner, tmp_path):
    (tmp_path / "run").write_text("#!/bin/sh\n")
    answer = prepare(runner, "./run", cwd=tmp_path)
    assert answer.error["kind"] == "no-command"
    assert "is not an executable file" in answer.error["message"]


def test_a_console_script_whose_environment_is_gone(runner, tmp_path):
    path = script(tmp_path / "bin", "#!/gone/venv/bin/python\nimport pytest\n")
    answer = prepare(runner, str(path))
    assert answer.error["kind"] == "no-command"
    assert "/gone/venv/bin/python" in answer.error["message"]


@pytest.mark.parametrize(
    "command", [["true"], ["sh", "-c", "pytest"], ["python", "-X", "dev", "a"]]
)
def test_any_other_command_has_no_interpreter(runner, command):
    path = f"{SCRIPTS}{os.pathsep}/usr/bin{os.pathsep}/bin"
    answer = prepare(runner, *command, path=path)
    assert (answer.ok["interpreter"], answer.ok["pytest"]) == (None, False)


def test_a_shell_script_called_pytest_is_executed_as_it_is(runner, tmp_path):
    path = script(tmp_path / "bin", "#!/bin/sh\nexec make test\n")
    assert prepare(runner, str(path)).ok["pytest"] is False


def test_an_option_of_a_plugin_that_is_not_there_is_said(runner, tmp_path):
    answer = prepare(runner, "pytest", "-q", "--no-such-option", "tests", cwd=tmp_path)
    assert answer.error["kind"] == "usage"
    assert "--no-such-option" in answer.error["message"]


def test_an_option_of_the_projects_own_conftest_is_known(runner, tmp_path):
    conftest = "def pytest_addoption(parser):\n    parser.addoption('--mine')\n"
    (tmp_path / "conftest.py").write_text(conftest)
    assert prepare(runner, "pytest", "--mine=1", cwd=tmp_path).ok["pytest"]


@pytest.mark.parametrize("place", [".venv", "../venv", "elsewhere"])
def test_pytest_of_the_projects_own_environment_is_found_where_path_has_none(
    runner, tmp_path, place
):
    project = tmp_path / "project"
    project.mkdir()
    home = project / place
    (home / "bin").mkdir(parents=True)
    (home / "pyvenv.cfg").write_text("")
    script(home / "bin", f"#!{sys.executable}\nimport pytest\n")
    env = {"PATH": "/nowhere", "VIRTUAL_ENV": str(home) if place == "elsewhere" else None}
    answer = runner.ask("prepare", command=["pytest", "-q"], cwd=str(project), env=env)
    assert answer.ok == {"interpreter": sys.executable, "pytest": True, "cwd": str(project)}


def test_poetry_is_asked_for_its_environment(runner, tmp_path):
    home = tmp_path / "cache" / "shop-py3"
    (home / "bin").mkdir(parents=True)
    script(home / "bin", f"#!{sys.executable}\nimport pytest\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "poetry.lock").write_text("")
    script(
        tmp_path / "tools", f'#!/bin/sh\n[ "$*" = "env info --path" ] && echo {home}\n', "poetry"
    )
    answer = prepare(runner, "pytest", path=tmp_path / "tools", cwd=project)
    assert answer.ok["interpreter"] == sys.executable


@pytest.mark.parametrize(
    "words, addopts",
    [(["--nothing"], ""), ([], "--nothing"), ([], "-p no:cacheprovider --nothing")],
)
def test_an_option_that_pytest_does_not_know_is_refused(runner, tmp_path, words, addopts):
    command = [sys.executable, "-m", "pytest", *words]
    refused = runner.ask(
        "prepare", command=command, cwd=str(tmp_path), env={"PYTEST_ADDOPTS": addopts}
    ).error
    assert refused["kind"] == "usage" and "--nothing" in refused["message"]
    right = runner.ask(
        "prepare", command=command[:3], cwd=str(tmp_path), env={"PYTEST_ADDOPTS": ""}
    )
    assert right.ok["pytest"] is True


def test_a_directory_that_is_not_there_is_named(runner, tmp_path):
    error = prepare(runner, "pytest", path=SCRIPTS, cwd=tmp_path / "nowhere").error
    assert error["kind"] == "config" and "nowhere" in error["message"] and error["fix"]
