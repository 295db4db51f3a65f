"""Every key of src/screen/command.ts on the real screen."""

import re

import pytest
from session import ROOT, Session

# What the terminal sends for a key is in terminal.py; that each command has keys and what they are
# called, in the command table.
TABLE = (ROOT / "src/screen/command.ts").read_text()

MODEST = 'return "A modest living."'
CRASH = 'raise RuntimeError("no verdict")'


def paths(session):
    """Names of the modules in the table, from its top."""
    return re.findall(r"source/xy/(\w+)\.py", "\n".join(session.lines[4:]))


# ── Moving ──


def test_arrows_and_letters_move_by_one(session):
    for key, row in [
        ("j", "api.py"),
        ("Down", "company.py"),
        ("k", "api.py"),
        ("Up", "__init__.py"),
        ("Up", "__init__.py"),
    ]:
        session.press(key)
        session.wait_cursor(row)


def test_many_characters_in_one_write_are_as_many_keys(session):
    session.type("jjj")
    session.wait_cursor("decoding.py")
    session.type("kGggj")
    session.wait_cursor("api.py")


def test_the_ends_are_one_key_away(session):
    for key, row in [
        ("G", "verdict.py"),
        ("g", "__init__.py"),
        ("End", "verdict.py"),
        ("Home", "__init__.py"),
    ]:
        session.press(key)
        session.wait_cursor(row)


@pytest.mark.parametrize(
    "down, up", [("PageDown", "PageUp"), ("Ctrl-F", "Ctrl-B"), ("Ctrl-D", "Ctrl-U")]
)
def test_pages(session, down, up):
    session.press("3", "g")
    session.wait_tab("tests")
    session.wait_for(lambda s: s.lines[5].startswith("▸"), describe="the cursor at the top")
    first = session.lines[5]
    session.press(down, down, down, down)
    session.wait_for(lambda s: s.lines[22].startswith("▸"), describe="the cursor at the end")
    assert first not in session.lines
    session.press(up, up, up, up)
    session.wait_for(lambda s: s.lines[5] == first, describe="the first row again")


# ── Views ──


def test_numbers_and_tab_change_the_view(session):
    tabs = ["1 coverage 9", "2 failures", "3 tests 35", "4 server log", "5 timings"]
    for number, tab in enumerate(tabs, 1):
        session.press(str(number))
        session.wait_tab(tab)
    for tab in tabs:
        session.press("Tab")
        session.wait_tab(tab)
    for tab in reversed(tabs[:-1]):
        session.press("Shift-Tab")
        session.wait_tab(tab)


def test_the_views_have_what_they_are_called(session):
    session.press("2")
    session.wait_for("Nothing has failed.")
    session.press("3")
    session.wait_for("✓ passed")
    session.press("4")
    session.wait_for("Worker exiting")
    session.press("5")
    session.wait_for("median")
    assert re.search(r"^▸ +\d+  passed", session.text, re.MULTILINE)


def test_sorting(session):
    by_path = paths(session)
    assert by_path == sorted(by_path)
    session.press("S")
    session.wait_for("file↓")
    assert paths(session) == by_path[::-1]
    session.press("S")
    session.wait_for("file↑")
    for title in ["stmts↓", "miss↓", "branch↓", "part↓", "cover↑"]:
        session.press("s")
        session.wait_for(title)
    assert paths(session)[:2] == ["verdict", "errors"]
    session.press("S")
    session.wait_for("cover↓")
    assert paths(session)[-2:] == ["errors", "verdict"]
    session.press("s")
    session.wait_for("file↑")
    assert paths(session) == by_path


# ── Finding ──


def test_search(session):
    session.press("/")
    session.wait_for("Enter accepts, Esc leaves")
    # What is typed is text here, not commands; and can be taken back.
    session.press(*"qx", "Backspace", "Backspace", *"er")
    session.wait_for(lambda s: s.lines[-1].startswith("/er"), describe="the typed text")
    session.press("Enter")
    session.wait_cursor("errors.py")
    for key, row in [("n", "letters.py"), ("n", "verdict.py"), ("n", "errors.py")]:
        session.press(key)
        session.wait_cursor(row)
    session.press("N")
    session.wait_cursor("verdict.py")
    session.press("Esc")
    session.wait_gone(" /er")
    session.press("n")
    session.wait_for("Nothing is searched for")


def test_filter_by_file(session):
    session.press("p", *"er", "Enter")
    session.wait_for("files: er")
    session.wait_for(lambda s: paths(s) == ["errors", "letters", "verdict"])
    # The total stays that of all files; that of the filtered ones stands above it.
    assert re.search(r"filtered \(3 of 9\) +30 +2 +14 +2 ", session.text)
    assert re.search(r"TOTAL +163 +2 +50 +2 ", session.text)
    # It stays in the next cycle, until Esc.
    session.cycle_by(session.press, "a")
    assert paths(session) == ["errors", "letters", "verdict"]
    session.press("Esc")
    session.wait_for(lambda s: len(paths(s)) == 9)
    session.press("p", *"er", "Enter")
    session.wait_for(lambda s: len(paths(s)) == 3)
    session.press("c")
    session.wait_for(lambda s: len(paths(s)) == 9)


def test_filter_by_test_and_rerun_what_it_leaves(session):
    session.press("t", *"verdict", "Enter")
    session.wait_tab("tests")
    session.wait_for("tests: verdict")
    session.wait_for(lambda s: s.text.count("✓ passed  ") == 2)
    mark = session.mark()
    # On a row r is for its test; on a page without rows of tests, for all that the filter leaves.
    session.press("1")
    session.cycle_by(session.press, "r")
    session.wait_for_line("selection of 2 tests", mark)
    # The table is still of all tests, and says so.
    assert re.search(r"selection of 2 tests: [\d.]+ % .* the table is of cycle", session.text)
    assert session.numbers("TOTAL") == ("163", "2", "2")
    session.press("3", "g")
    session.wait_tab("tests")
    session.cycle_by(session.press, "r")
    session.wait_for_line("selection of 1 test ", mark)
    session.press("c")
    session.wait_gone("tests: verdict")
    session.cycle_by(session.press, "a")
    assert "selection" not in session.text


def test_failed_only(session):
    session.cycle_by(session.demo.edit, "verdict", MODEST, CRASH)
    session.press("3")
    session.wait_tab("tests")
    mark = session.mark()
    session.cycle_by(session.press, "f")
    session.wait_for_line("selection of 2 tests", mark)
    assert "failed only" in session.lines[4]
    assert session.text.count("✗ failed  ") == 2
    assert "✓ passed  " not in session.text
    session.press("f")
    session.wait_for("✓ passed  ")


# ── Opening ──


def test_a_file_shows_its_source_with_marks(session):
    session.press("G", "Enter")
    session.wait_for("source/xy/verdict.py   86 %   ! 1 missed   ~ 1 partial")
    session.wait_cursor("8 !         return")
    assert re.search(r" 7 ~ +if total >= 1_000_000", session.text)
    assert " 4 │ def verdict" in session.text
    session.press("k")
    session.wait_for("line 7 never went to line 8")
    # Where nothing is searched for, n goes to the next missed line.
    session.press("n")
    session.wait_cursor("8 !")
    session.press("Esc")
    session.wait_cursor("verdict.py")


def test_q_and_space_in_a_page_are_those_of_less(session):
    before = session.cycle
    session.press("G", "Enter")
    session.wait_cursor("8 !         return")
    session.press("g", "Space", "b", "?")
    session.wait_for("run all tests")
    session.press("Space")
    session.wait_gone("run all tests")
    session.press("q")
    session.wait_for("source/xy/verdict.py   86 %")
    session.press("q")
    session.wait_cursor("verdict.py")
    assert "paused" not in session.text
    assert session.cycle == before


def test_a_paste_is_not_keys(session):
    session.type("\x1b[200~q\rR\x03\x1b[201~")
    session.wait_for("Pasted text is taken only where a line is typed")
    session.press("p")
    session.type("\x1b[200~verdict.py\n\x1b[201~")
    session.wait_for("files: verdict.py")
    session.press("Enter")
    session.wait_for(lambda s: paths(s) == ["verdict"])
    session.press("c")
    session.wait_for(lambda s: len(paths(s)) == 9)


def test_a_failure_opens_and_reruns_alone(session):
    session.cycle_by(session.demo.edit, "verdict", MODEST, CRASH)
    session.press("2", "Enter")
    session.wait_for("· failed ·")
    mark = session.mark()
    session.cycle_by(session.press, "r")
    session.wait_for_line("selection of 1 test ", mark)
    session.press("Esc")
    session.wait_tab("2 failures 2")


def test_html_report_is_opened(session, tmp_path):
    told = tmp_path / "opened"
    session.demo.program("xdg-open", f'echo "$1" > {told}')
    try:
        session.press("o")
        session.wait_for("Opened /")
        report = session.demo.dir / ".gunicov/html/index.html"
        assert told.read_text().strip() == str(report)
        assert "verdict.py" in report.read_text()
    finally:
        (session.demo.bin / "xdg-open").unlink()
    session.press("o")
    session.wait_for("Written to /")
    # The path is what matters: it must be whole, or as much of it as fits.
    assert str(report)[:60] in session.lines[-1]


def test_editor_opens_at_the_line(demo, tmp_path):
    told = tmp_path / "told"
    editor = demo.program("note", f'printf "%s\\n" "$@" > {told}')
    with Session(demo, env={"EDITOR": str(editor)}) as session:
        session.wait_cycle()
        session.press("G", "e")
        session.wait_for(lambda s: told.exists() and told.read_text().count("\n") == 2)
        assert told.read_text().split() == ["+8", str(demo.path("verdict"))]
        # What is typed before the editor has ended is the editor's.
        session.wait_for(lambda s: s.on_alternate_screen)
        told.unlink()
        # An editor has the terminal for itself, as it was before gunicov.
        demo.program(
            "note", f'printf "line? "; read -r line; echo "$line" > {told}; stty -a >> {told}'
        )
        (demo.bin / "stty").symlink_to("/usr/bin/stty")
        session.press("Enter", "j", "e")
        session.wait_for("line?")
        assert not session.on_alternate_screen
        assert session.cursor_is_shown
        assert session.modes == session.modes_before
        session.type("first words\r")
        session.wait_for(lambda s: told.exists() and "icanon" in told.read_text())
        assert told.read_text().startswith("first words\n")
        # Back again, with the page that was open and keys that work.
        session.wait_for("source/xy/verdict.py   86 %")
        session.wait_for(lambda s: s.on_alternate_screen and not s.cursor_is_shown)
        session.press("Esc")
        session.wait_cursor("verdict.py")
        # One that fails, and one that is not there, are named on the screen that is back.
        demo.program("note", "exit 3")
        session.press("e")
        session.wait_for("The editor note ended with exit code 3.")
        editor.unlink()
        session.press("e")
        session.wait_for("The editor note can't be started: it is not there. Set $EDITOR")
        session.wait_cursor("verdict.py")


# ── Running ──


def test_run_all(session):
    mark = session.mark()
    before = session.cycle
    assert session.cycle_by(session.press, "a") == before + 1
    session.wait_for_line("▸ testing", mark)


def test_pause_holds_changes(session):
    before = session.cycle
    session.press("Space")
    session.wait_for("‖ paused: Space resumes")
    session.demo.edit("verdict", MODEST, f"pass\n    {MODEST}")
    session.wait_for("1 change held")
    assert session.cycle == before
    assert session.cycle_by(session.press, "Space") == before + 1
    assert session.row("verdict")[1] == "9"


def test_a_source_keeps_the_text_that_was_measured(session):
    marked = re.compile(r"^.\s*\d+ [│!~] ")
    session.press("Space")
    session.wait_for("‖ paused")
    session.press("G", "Enter")
    session.wait_for("A modest living.")
    old = [line for line in session.lines if marked.match(line)]
    assert len(old) == 8
    session.demo.edit("verdict", "def verdict", "# new\n# new\ndef verdict")
    session.wait_for("changed since")
    assert [line for line in session.lines if marked.match(line)] == old
    assert "stale" in session.text
    session.press("Esc")
    session.wait_for("TOTAL")
    session.cycle_by(session.press, "Space")
    session.press("Enter")
    session.wait_for("# new")
    assert "changed since" not in session.text


def test_cancel(session):
    before = session.cycle
    session.demo.add_slow_test()
    test = session.wait_slow_test()
    session.press("c")
    session.wait_cycle(before)
    assert " CANCELLED " in session.lines[0]
    assert "stale" in session.lines[2]
    assert test not in session.processes()


# ── Help ──


@pytest.mark.parametrize("key", ["?", "h"])
def test_help_has_every_command(session, key):
    wanted = set(re.findall(r'help: "([^"]+)"', TABLE))
    assert len(wanted) > 25
    session.press(key)
    session.wait_for("run all tests")
    seen = session.text
    session.press("G")
    session.wait_for("changes are held")
    session.press("g")
    session.wait_for("run all tests")
    for _ in range(3):
        before = session.text
        session.press("PageDown")
        session.wait_for(lambda s, before=before: s.text != before, describe="another page")
        seen += session.text
    assert {words for words in wanted if words not in seen} == set()
    session.press(key)
    session.wait_for("TOTAL")
