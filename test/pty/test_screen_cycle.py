"""From a save to the new table, on the real screen, without a key."""

import re
import subprocess
import sys
import time

import pytest

both_sizes = pytest.mark.parametrize(
    "keeper", [(24, 80), (50, 160)], ids=["80x24", "160x50"], indirect=True, scope="module"
)


def master_of(session):
    """The pid of the gunicorn master: the oldest of its processes."""
    return min(pid for pid, argv in session.processes().items() if "xy:create_app()" in argv)


@both_sizes
def test_the_first_table_comes_by_itself(session):
    # What has gone over the screen since its start …
    for pattern in ["looking for the server", r"tests \d+/35", r"data \d/2"]:
        assert session.appeared(pattern), pattern
    # … and what stands there now.
    assert "35 ✓ 35   data 2/2 ✓" in session.lines[1]
    assert re.search(r"coverage 98 % · complete   cycle \d+ ✓ passed", session.lines[2])
    header = session.lines[4].split()
    assert header[:6] == ["file↑", "stmts", "miss", "branch", "part", "cover"]
    errors = session.row("errors")
    assert errors[:7] == ["source/xy/errors.py", "11", "1", "4", "1", "▇", "87"]
    assert errors[-1] == "16"
    assert session.numbers("TOTAL") == ("163", "2", "2")
    assert session.on_alternate_screen
    assert not session.cursor_is_shown


@both_sizes
def test_a_save_is_measured_without_a_key(session):
    before = session.cycle
    mark = session.mark()
    session.demo.edit(
        "verdict",
        'return "A modest living."',
        'if total == 1:\n        return "One."\n    return "A modest living."',
    )
    session.wait_for_line(r"saved source/xy/verdict\.py", mark)
    session.wait_for_line(rf"98 % · complete   cycle {before} · stale", mark)
    for phase in ["restarting the workers", "testing"]:
        session.wait_for_line(rf"▸ {phase} \d+\.\d s", mark)
    session.wait_for_line(r"tests \d+/35 ✓", mark)
    # All files may be there before a second frame is drawn.
    session.wait_for_line(r"data \d/2", mark)
    assert session.wait_cycle(before) == before + 1
    assert session.numbers("verdict") == ("10", "2", "2")
    assert session.numbers("TOTAL") == ("165", "3", "3")
    assert "stale" not in session.text


def test_a_save_that_changes_nothing_does_nothing(session):
    before = session.cycle
    mark = session.mark()
    path = session.demo.path("verdict")
    path.write_text(path.read_text())
    # The next true change is the next cycle: the one before it has started none.
    session.demo.edit("letters", '"""The kinds', '"""All kinds')
    assert session.wait_cycle(before) == before + 1
    assert not session.appeared(r"saved source/xy/verdict\.py", mark)


def test_failing_tests_stand_with_their_assertion_and_the_servers_log(session):
    session.cycle_by(
        session.demo.edit,
        "verdict",
        'return "A modest living."',
        'raise RuntimeError("no verdict")',
    )
    assert "✗ failed" in session.lines[2]
    assert "2 failures 2" in session.lines[3]
    session.press("2")
    session.wait_tab("2 failures 2")
    assert re.search(r"✗ .*assert", session.text)
    # A failing test's own page, in the order of what helps most.
    session.press("Enter")
    session.wait_for("Server's traceback while it ran")
    order = [
        next(i for i, line in enumerate(session.lines) if i > 4 and re.search(pattern, line))
        for pattern in [
            "· failed ·",
            "▸ .*assert",
            "^expected",
            "^(got|nearest) ",
            "traceback",
            "^Runtime",
        ]
    ]
    assert order == sorted(order)
    # What pytest wrote is folded, and one key away.
    assert not re.search("^E ", session.text, re.MULTILINE)
    session.press("x", "G")
    session.wait_for(lambda s: re.search("^E ", s.text, re.MULTILINE))
    session.press("g")
    session.press("/", *"no verdict", "Enter")
    session.wait_for("RuntimeError: no verdict")


def test_a_syntax_error_never_reaches_the_server(session):
    master = master_of(session)
    session.cycle_by(session.demo.edit, "verdict", 'return "A modest living."', "return (")
    session.wait_for("source/xy/verdict.py:11: ")
    assert "● local gunicorn up" in session.lines[0]
    assert "stale" in session.lines[2]
    assert session.numbers("TOTAL") == ("163", "2", "2")
    session.cycle_by(session.demo.restore)
    assert "✓ passed" in session.lines[2]
    assert "verdict.py:11" not in session.text
    assert master_of(session) == master


def test_code_that_does_not_boot_is_reported_with_its_traceback(session):
    master = master_of(session)
    session.cycle_by(session.demo.edit, "verdict", "def verdict", "import nowhere\n\n\ndef verdict")
    session.wait_for("does not boot: ModuleNotFoundError: No module named 'nowhere'")
    assert "✗ local gunicorn does not boot" in session.lines[0]
    session.cycle_by(session.demo.restore)
    assert "✓ passed" in session.lines[2]
    assert "● local gunicorn up" in session.lines[0]
    assert master_of(session) == master


EVIL = "\x1b]0;owned\x07\x1b[45mmagenta\x1bc\x9b45m"
EVIL_TEST = f"""
import sys

EVIL = {EVIL!r}

def test_evil(service):
    service.get("/score/1")
    print(EVIL)
    sys.stderr.write(EVIL)
    assert "good" == EVIL, EVIL
"""


def test_escape_sequences_from_outside_never_reach_the_terminal(session):
    session.demo.write(f"test/test_evil{EVIL}.py", EVIL_TEST)
    session.cycle_by(
        session.demo.edit,
        "pages",
        "    return page(Company(tuple(",
        f"    print({EVIL!r}, flush=True)  # {EVIL[:-4]}\n    return page(Company(tuple(",
    )
    assert "✗ failed" in session.lines[2]
    session.press("2")
    session.wait_for("magenta")
    # Through all pages that show something of it.
    session.press("Enter", "x", "G")
    session.wait_for("test_evilmagenta.py:10: AssertionError")
    session.press("3", "/", *"evil", "Enter")
    session.wait_cursor("test_evil")
    session.press("4", "/", *"magenta", "Enter")
    session.wait_cursor("magenta")
    session.press("Enter")
    session.wait_for("Log line")
    session.press("1", "/", *"pages", "Enter", "Enter")
    session.wait_for("def home")
    session.press("/", *"magenta", "Enter")
    session.wait_cursor("magenta")
    for sequence in [b"\x1b]", b"owned\x07", b"\x1b[45m", b"\x1bc", "\x9b".encode(), b"\x07"]:
        assert sequence not in session.raw


ARCS = """
def always(total):
    if total is not None:
        total = 0


def verdict(total: int) -> str:
    always(total)
    for kind in (1, 2):
        if kind < 3:
            total += 0
    while True:
        if total is None:
            return "Nothing."
        break
"""


def shown_in(session):
    """{module: its missing column} as the screen has it."""
    found = (
        re.search(r"source/xy/(\w+)\.py .*░?█?[█░]{11,12}(?: +(\S.*?))? *$", line)
        for line in session.lines[5:]
    )
    return {row[1]: row[2] or "" for row in found if row}


@pytest.mark.parametrize("keeper", [(50, 160)], ids=["160x50"], indirect=True, scope="module")
def test_what_is_missing_is_coverages_own_text(session):
    session.cycle_by(session.demo.edit, "verdict", "def verdict(total: int) -> str:\n", ARCS)
    data = session.demo.dir / ".gunicov" / ".coverage"
    command = [sys.executable, "-m", "coverage", "report", "--show-missing", f"--data-file={data}"]
    # Nobody waits for .gunicov/: it may still have what the cycle before measured.
    until = time.monotonic() + 30
    while time.monotonic() < until:
        told = subprocess.run(
            command, cwd=session.demo.dir, capture_output=True, text=True, check=True
        )
        wanted = dict(
            re.findall(r"^source/xy/(\w+)\.py .*?%(?: +(\S.*))?$", told.stdout, re.MULTILINE)
        )
        if "->exit" in wanted["verdict"] and shown_in(session) == wanted:
            break
        time.sleep(0.2)
    assert "->exit" in wanted["verdict"], told.stdout
    assert re.search(r"\d->\d", wanted["verdict"]), told.stdout
    assert shown_in(session) == wanted
