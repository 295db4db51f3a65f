"""`export` with formats: coverage.py's own LCOV, XML and HTML, byte by byte those of a cold run but for times and paths."""

import re
import shutil
import xml.dom.minidom
from pathlib import Path

import pytest
from test_chdir import APP, USED, cold
from test_helper_collect import run_coverage

TIME = 30
FILES = {
    "src/app.py": APP,
    "src/pkg/__init__.py": "",
    "src/pkg/used.py": USED,
    "src/pkg/of two words.py": "X = 1\nY = 2\n",
}
RC = "[run]\nbranch = True\nsource = src\n"
RELATIVE = RC + "relative_files = True\n"
MARK = {"state": "incomplete", "reasons": ["1 of 2 workers -- lost", "see <it>"]}
SETUPS = {
    "absolute": RC,
    "relative": RELATIVE,
    "lines": "[run]\nsource = src\n",
    # Then the directory that coverage.py names as source is the one in which gunicorn was started.
    "no source": "[run]\nbranch = True\ninclude = src/*\n",
    "own settings": RC
    + "[xml]\npackage_depth = 1\n[html]\ntitle = Mine\n[report]\nskip_empty = True\n",
}


def exported(client, server, root, outside, **more):
    client.ask("restart", timeout=TIME)
    assert server.get("/a") == (200, "a")
    flushed = client.ask("flush", timeout=TIME)
    client.ask("collect", generation=flushed["generation"])
    pairs = [{"inside": str(inside), "outside": str(out)} for inside, out in outside]
    number = client.send(
        "export", map=pairs, root=str(root), formats=["lcov", "xml", "html"], **more
    )
    assert "ok" in client.wait(number)
    return client.files(number)


def own(root, tmp_path):
    """{path: bytes}: what coverage.py's command line makes of the cold run's data."""
    place, data = tmp_path / "own", f"--data-file={tmp_path / 'cold'}"
    run_coverage(root, "lcov", data, "-o", str(place / "coverage.lcov"))
    run_coverage(root, "xml", data, "-o", str(place / "coverage.xml"))
    run_coverage(root, "html", data, "-d", str(place / "html"))
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file()
    }


def timeless(body):
    body = re.sub(rb'timestamp="\d+"', b"", body)
    return re.sub(rb"created at [-\d]+ [:\d]+ [-+\d]+", b"", body)


@pytest.mark.parametrize("name", SETUPS)
def test_the_files_are_those_of_a_cold_run(name, found_server, project, tmp_path):
    root, args = project.dir, ["--pythonpath", "src"]
    project.write({**FILES, ".coveragerc": SETUPS[name]})
    cold(root, args, {}, tmp_path)
    expected = own(root, tmp_path)
    server, client = found_server({}, args=["-w", "2", *args])
    files = exported(client, server, root, [(root, root)])
    relative = "relative" in name
    lcov = files["coverage.lcov"].decode()
    if not relative:
        assert f"SF:{root}/src/app.py\n" in lcov
    assert lcov.replace(f"SF:{root}/", "SF:") == expected["coverage.lcov"].decode()
    assert timeless(files["coverage.xml"]) == timeless(expected["coverage.xml"])
    pages = {path for path in expected if path.startswith("html/") and not path.endswith(".json")}
    assert len(pages) > 5
    assert {path for path in files if path.startswith("html/")} >= pages
    for path in pages:
        assert timeless(files[path]) == timeless(expected[path]), path


def classes(body):
    """The files that a Cobertura XML names: source and filename together."""
    document = xml.dom.minidom.parseString(body)
    sources = [Path(one.firstChild.data) for one in document.getElementsByTagName("source")]
    names = [one.getAttribute("filename") for one in document.getElementsByTagName("class")]
    return {source / name for name in names for source in sources if (source / name).exists()}


@pytest.mark.parametrize("name", ["absolute", "no source"])
@pytest.mark.parametrize("mounted", [".", "src"])
def test_paths_are_this_machines(name, mounted, found_server, project, tmp_path):
    host = tmp_path / "host & co"
    project.write({**FILES, ".coveragerc": SETUPS[name]})
    shutil.copytree(project.dir, host)
    server, client = found_server({}, args=["-w", "2", "--pythonpath", "src"])
    files = exported(client, server, host, [(project.dir / mounted, host / mounted)])
    lcov = re.findall("^SF:(.*)$", files["coverage.lcov"].decode(), re.MULTILINE)
    known = [path for path in FILES if name == "absolute" or "two words" not in path]
    assert {Path(path) for path in lcov} == {host / path for path in known}
    assert classes(files["coverage.xml"]) == {Path(path) for path in lcov}


def test_what_is_not_complete_says_so_in_each_file(found_server, project):
    root = project.dir
    project.write({**FILES, ".coveragerc": RC})
    server, client = found_server({}, args=["-w", "2", "--pythonpath", "src"])
    files = exported(client, server, root, [(root, root)], mark=MARK)
    assert files["coverage.lcov"].startswith(b"TN:incomplete\nSF:")
    document = xml.dom.minidom.parseString(files["coverage.xml"])
    assert "gunicov: incomplete: 1 of 2 workers" in document.firstChild.data
    assert b"<title>Coverage report (incomplete)</title>" in files["html/index.html"]
    assert b'"state": "incomplete"' in files["coverage.json"]
