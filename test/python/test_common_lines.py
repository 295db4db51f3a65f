"""Lines of the protocol, from pieces of bytes."""

from gunicov_common.lines import MAX_LINE, Lines
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40).filter(lambda b: b"\n" not in b)), st.data())
def test_lines_survive_any_division_into_pieces(sent, data):
    text = b"".join(line + b"\n" for line in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    lines = Lines()
    got = []
    for start, end in zip([0, *cuts], [*cuts, len(text)]):
        got += lines.feed(text[start:end])
    assert got == sent


def test_a_line_that_is_too_long_is_reported_once_and_the_next_is_whole():
    lines = Lines()
    assert list(lines.feed(b"x" * MAX_LINE)) == []
    assert list(lines.feed(b"x")) == [None]
    assert list(lines.feed(b"x" * MAX_LINE)) == []
    assert list(lines.feed(b"x\nnext\nha")) == [b"next"]
    assert list(lines.feed(b"lf\n")) == [b"half"]
