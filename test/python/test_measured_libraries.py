"""What coverage measures is the project's, wherever it lies: later cycles' reports are a cold run's, too.

Cold: plain gunicorn under `coverage run`'s way of measuring each process (COVERAGE_PROCESS_START and a .pth),
stopped; `coverage combine` and `coverage json`. Ours: two cycles, the same requests in each.
"""

import os
import subprocess
import zipfile

import pytest
from conftest import wait_until
from cycles import Cycles, cold_report
from test_helper_collect import assert_equal

APP = """\
import using
from {package} import core


def app(environ, start_response):
    body = core.area(environ["PATH_INFO"]).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
CORE = """\
import os

NAMES = ["square", "round"]
if os.sep == "/":
    KIND = 1
else:
    KIND = 2


def area(path):
    if path == "/q":
        return NAMES[0]
    return NAMES[1]
"""
# A library that nobody measures and that brings in what is measured.
USING = "import {package}.core\nfrom {package} import extra\n"
EXTRA = "from . import core\n\nX = core.NAMES\n\n\ndef never():\n    return 0\n"
PATHS = ["/", "/q"]


class Installed:
    """An installed package `mypkg`, and the library `using`, in a directory of this Python's for libraries."""

    def __init__(self, project, site):
        self.project, self.site = project, site
        self.env = {}

    def install(self, package="mypkg", where=None, init="VALUE = 1\n", using=True):
        folder = (where or self.site).joinpath(*package.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        if init is not None:
            (folder / "__init__.py").write_text(init)
        (folder / "core.py").write_text(CORE)
        (folder / "extra.py").write_text(EXTRA)
        if using:
            (self.site / "using.py").write_text(USING.format(package=package))
        self.project.write({"app.py": APP.format(package=package)})
        return folder


@pytest.fixture
def installed(project, virtual):
    return Installed(project, virtual.site)


@pytest.fixture
def cycles(gunicorn_server, project, virtual, tmp_path):
    """Gives (a cold run's JSON report, our Cycles on a server with the same configuration)."""

    def run(rc, env=None, args=("-w", "2")):
        text = rc if "[run]" in rc else f"[run]\nbranch = True\n{rc}"
        project.write({"cold.rc": text.replace("[run]\n", "[run]\nparallel = True\n"), "rc": text})
        start = {"args": args, "python": virtual.python}
        cold = cold_report(gunicorn_server, project, tmp_path, PATHS, env=env, **start)
        env = {**(env or {}), "GUNICOV_COVERAGE_CONFIG": "rc"}
        server = gunicorn_server(project.dir, env=env, **start)
        return cold, Cycles(server, virtual.python)

    return run


def check(cold, cycles, project, shown, rounds=3):
    """Each round's report is the cold run's. `shown`: a measured file's name, so that no case is empty."""
    with cycles:
        for _ in range(rounds):
            answer = cycles.run(PATHS)
            assert answer["superseded"] == [], answer["superseded"]
            assert_equal(answer["report"], cold, str(project.dir))
        rows = {row["path"]: row for row in answer["report"]["files"]}
        row = next(row for path, row in rows.items() if path.endswith(shown))
        assert row["executed_lines"][:2] == [1, 3], row
        assert cycles.master["warnings"] == []


CASES = {
    "source_pkgs": "source_pkgs = mypkg\n",
    "a submodule in source_pkgs": "source_pkgs = mypkg.core\n",
    "source names the package": "source = mypkg\n",
    "source names a submodule": "source = mypkg.core\n",
    "source names its directory": "source = SITE/mypkg\n",
    "include": "include = */mypkg/*\n",
    "source_pkgs beside the project's source": "source = .\nsource_pkgs = mypkg\n",
    "source_pkgs, some of it omitted": "source_pkgs = mypkg\nomit = */extra.py\n",
}


@pytest.mark.parametrize("case", CASES)
def test_an_installed_package_that_is_measured(cycles, installed, case):
    installed.install()
    check(
        *cycles(CASES[case].replace("SITE", str(installed.site))),
        installed.project,
        "mypkg/core.py",
    )


def test_a_namespace_package(cycles, installed):
    installed.install("space.mypkg", init=None)
    found = cycles("source_pkgs = space.mypkg\n")
    check(*found, installed.project, "space/mypkg/core.py")


def test_an_editable_install(cycles, installed, tmp_path):
    folder = tmp_path / "checkout" / "src"
    installed.install(where=folder)
    (installed.site / "__editable__.mypkg.pth").write_text(f"{folder}\n")
    check(*cycles("source_pkgs = mypkg\n"), installed.project, "src/mypkg/core.py")


def test_a_package_that_is_linked_into_the_libraries(cycles, installed, tmp_path):
    folder = installed.install(where=tmp_path / "checkout")
    (installed.site / "mypkg").symlink_to(folder)
    check(*cycles(f"source = {folder}\n"), installed.project, "checkout/mypkg/core.py")


def test_a_directory_of_libraries_that_is_a_link(cycles, installed, tmp_path):
    real = tmp_path / "elsewhere"
    installed.site.rename(real)
    installed.site.symlink_to(real)
    installed.install()
    check(*cycles("source_pkgs = mypkg\n"), installed.project, "mypkg/core.py")


def test_a_vendored_package(cycles, installed):
    vendor = installed.project.dir / "vendor" / "site-packages"
    installed.install(where=vendor, using=False)
    (vendor / "using.py").write_text(USING.format(package="mypkg"))
    check(*cycles("source = .\n", env={"PYTHONPATH": vendor}), installed.project, "mypkg/core.py")


def test_a_package_in_a_zip(cycles, installed, tmp_path):
    folder = installed.install(where=tmp_path / "unpacked")
    archive = installed.site / "mypkg.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("__init__.py", "core.py", "extra.py"):
            file.write(folder / name, f"mypkg/{name}")
    cold, ours = cycles("source_pkgs = mypkg\n", env={"PYTHONPATH": archive})
    check(cold, ours, installed.project, "mypkg/core.py")
    hashes = ours.server.generations()[-2].all("booted")[0]["hashes"]
    assert str(archive / "mypkg" / "core.py") in hashes


def test_one_that_is_installed_anew_supersedes_the_report(cycles, installed):
    folder = installed.install()
    _, ours = cycles("source_pkgs = mypkg\n")
    with ours:
        ours.run(PATHS)
        wait_until(
            lambda: ours.client.ask("freshness", files=[], source=[])["fresh"], "fresh workers"
        )
        # As long and as old as before: what a build machine's clock would make of it.
        about = os.stat(folder / "core.py")
        (folder / "core.py").write_text(CORE.replace("round", "other"))
        os.utime(folder / "core.py", ns=(about.st_atime_ns, about.st_mtime_ns))
        fresh = ours.client.ask("freshness", files=[], source=[])
        assert not fresh["fresh"] and "core.py" in fresh["why"]
        answer = ours.run(PATHS, change=lambda: (folder / "core.py").write_text(CORE))
        assert answer["superseded"] == [os.path.realpath(folder / "core.py")]
        assert ours.run(PATHS)["superseded"] == []


def test_an_import_of_a_library_that_runs_measured_code_by_hand_stays_out(cycles, installed):
    """No import system tells of it: exec of a file's text, as a plugin loader does."""
    folder = installed.install()
    load = f"path = {str(folder / 'core.py')!r}\nexec(compile(open(path).read(), path, 'exec'), {{}})\n"
    (installed.site / "using.py").write_text(load)
    check(
        *cycles("source = SITE/mypkg\n".replace("SITE", str(installed.site))),
        installed.project,
        "mypkg/core.py",
    )


def test_what_is_not_measured_is_still_imported_in_the_master(cycles, installed):
    installed.install()
    (installed.site / "plain.py").write_text("X = 1\n")
    app = installed.project.dir / "app.py"
    app.write_text("import plain\n" + app.read_text())
    _, ours = cycles("source_pkgs = mypkg\n")
    with ours:
        ours.run(PATHS)
        ours.run(PATHS)
        names = {os.path.basename(path) for path in ours.master["libraries"]}
        assert "plain.py" in names
        assert not {"using.py", "core.py", "extra.py"} & names


def test_pip_install_is_seen(cycles, installed, virtual, tmp_path):
    """Really installed, by pip, and installed again while the server runs."""
    folder = installed.install()
    for name in os.listdir(folder):
        os.unlink(folder / name)
    folder.rmdir()
    pip = [virtual.python, "-m", "pip", "-q", "install", "--no-index", "--no-deps"]
    subprocess.run([*pip, wheel(tmp_path, "1", CORE)], check=True, timeout=120)
    _, ours = cycles("source_pkgs = mypkg\n")
    with ours:
        assert ours.run(PATHS)["superseded"] == []
        subprocess.run(
            [*pip, wheel(tmp_path, "2", f"# a line more\n{CORE}")], check=True, timeout=120
        )
        assert not ours.client.ask("freshness", files=[], source=[])["fresh"]
        answer = ours.run(PATHS)
        assert answer["superseded"] == []
        row = next(r for r in answer["report"]["files"] if r["path"].endswith("core.py"))
        assert row["executed_lines"][:2] == [2, 4]


def wheel(folder, version, core):
    """The path of a wheel of `mypkg`."""
    path = folder / f"mypkg-{version}-py3-none-any.whl"
    about = f"mypkg-{version}.dist-info"
    files = {
        "mypkg/__init__.py": "",
        "mypkg/core.py": core,
        "mypkg/extra.py": EXTRA,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: mypkg\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return str(path)
