"""The screen at other sizes and in other surroundings."""

import re

import pytest
from session import Session

FRAME_END = b"\x1b[?2026l"
# SGR parameters that set a colour.
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


def tallest_frame(raw):
    """Rows of the tallest frame that was written."""
    return max(frame.count(b"\n") + 1 for frame in raw.split(FRAME_END))


def has_ends(top, bottom):
    """Whether a session's first and last line begin with these."""
    return lambda s: s.lines[0].startswith(top) and s.lines[-1].startswith(bottom)


@pytest.mark.parametrize("keeper", [(50, 160)], ids=["160x50"], indirect=True, scope="module")
def test_never_more_rows_than_the_terminal_has(session):
    for rows, columns in [(10, 40), (5, 20), (1, 10), (24, 80), (50, 160)]:
        # No program can help it if the size changes while a frame is under way.
        session.wait_still()
        start = len(session.raw)
        session.resize(rows, columns)
        # Drawn at the new size: before that, what it draws is for the old one.
        top, bottom = (" PASS", "? help" if rows >= 10 else "")
        session.wait_for(has_ends(top, bottom))
        if rows == 5:
            # The smallest with all that matters: what goes on, a page, the keys.
            mark = session.mark()
            session.press("a")
            session.wait_for_line(r"▸ testing", mark)
            session.wait_for(lambda s: s.lines[0].startswith(" PASS"))
        assert len(session.lines) == rows
        assert tallest_frame(session.raw[start:]) <= rows
    assert session.scrolls == 0
    assert session.numbers("TOTAL") == ("163", "2", "2")


def test_without_colours_and_on_a_build_machine(demo):
    with Session(demo, env={"NO_COLOR": "1", "CI": "1"}) as session:
        session.wait_cycle()
        session.press("G", "Enter")
        session.wait_for("! 1 missed")
        session.press("q")
        session.wait_for("TOTAL")
        session.press("q")
        assert session.wait_exit() == 0
        assert COLOUR.search(session.raw) is None
        # The screen has lived: with CI=1 Ink by itself would write its last frame alone.
        assert session.appeared(r"▸ testing")
