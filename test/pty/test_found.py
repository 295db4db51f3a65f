"""A project without a configuration, in a terminal: the question, and what the first screen says."""

import os
import sys
from pathlib import Path

import pytest
from terminal import Terminal

ROOT = Path(__file__).parents[2]
APP = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'x']\n"
TEST = """import os, urllib.request

def test_it():
    assert urllib.request.urlopen(os.environ["BASE_URL"]).read() == b"x"
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "tests/test_it.py").write_text(TEST)
    (tmp_path / "Procfile").write_text("web: gunicorn app:app\nthree: gunicorn -w 3 app:app\n")
    return tmp_path


def start(place, rows=24, columns=80):
    environment = {
        "PATH": f"{ROOT}/.cache/node/node_modules/node/bin:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(place),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    return Terminal(["node", str(ROOT / "bin/gunicov")], rows, columns, environment, place)


def test_asks_once_shows_what_it_found_and_keeps_the_answer(place):
    with start(place) as terminal:
        terminal.wait_for_line(r"How is gunicorn started\? \(server.command\)")
        terminal.wait_for_line(r"Number \(Enter: 1\):")
        terminal.press("7", "Enter")
        terminal.wait_for_line(r"It is a number from 1 to 2")
        terminal.press("2", "Enter")
        terminal.wait_for_line(r"Found here, without a configuration:")
        terminal.wait_for_line(r"server.command  gunicorn .* -w 3 app:app  \(your answer\)")
        terminal.wait_for_line(r"Your answers are kept in \.gunicov/answers")
        terminal.wait_for_line(r"TOTAL +\d+")
        terminal.wait_for_line(r"Edit a file: each save is a cycle\. \? shows all keys\.")
        terminal.wait_for_line(r"gunicov init writes this down")
        terminal.press("q")
        terminal.wait_exit()
    with start(place, 50, 160) as terminal:
        terminal.wait_for_line(r"TOTAL +\d+")
        assert "Number" not in terminal.text
        terminal.press("q")
        terminal.wait_exit()
