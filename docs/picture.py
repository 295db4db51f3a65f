"""Runs gunicov on a copy of the demo and draws its screen as an SVG. See docs/picture."""

import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test" / "pty"))
from session import Demo, Session

ROWS, COLUMNS = 18, 100
# What somebody has just saved: a rule and a way in that no test knows of yet.
RULE = """\
    if letter == "Z":
        return 26, turn
"""
WAY_IN = """\
@blueprint.get("/letters")
def letters():
    letters = "XYBGFSHLTPNDWR"
    if "lower" in request.args:
        letters = letters.lower()
    return {"letters": letters}


"""
SAVES = [
    ("scoring", '    if letter == "X":', RULE),
    ("api", '@blueprint.post("/company', WAY_IN),
]

# All in pixels. A cell is as wide as most monospaced fonts are at this size.
SIZE, WIDTH, HEIGHT = 14, 8.4, 19
MARGIN, BAR = 18, 36

FOREGROUND, BACKGROUND, FRAME, FAINT = "#d6deeb", "#0f1720", "#1b2733", "#7c8b9c"
COLOURS = {"cyan": "#5ccfe6", "green": "#87d96c", "brown": "#ffcc66", "red": "#f28779"}
LIGHTS = ("#f28779", "#ffcc66", "#87d96c")
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
BLOCKS = {"█": 1, "░": 0.22}
LEVELS = "▁▂▃▄▅▆▇"


def main(target):
    with tempfile.TemporaryDirectory() as directory:
        cells, text = screen_after_a_save(Path(directory))
    Path(target).write_text(svg(cells, text))
    print(f"{target}: {ROWS} rows of {COLUMNS}", file=sys.stderr)


def screen_after_a_save(directory):
    """The screen's characters and its text when the save has been measured."""
    demo = Demo(directory)
    with Session(demo, ROWS, COLUMNS) as session:
        before = session.wait_cycle()
        for name, line, new in SAVES:
            demo.edit(name, line, new + line)
        session.wait_cycle(before)
        # A busy machine may have seen the saves one by one.
        session.wait_for(lambda s: s.idle and s.row("scoring")[2] == "1" and s.row("api")[2] == "4")
        session.press("j")
        session.wait_cursor("api.py")
        return session.cells, session.text


def svg(cells, text):
    width = COLUMNS * WIDTH + 2 * MARGIN
    height = ROWS * HEIGHT + BAR + 2 * MARGIN
    drawn = "\n".join(shape for row, line in enumerate(cells) for shape in row_shapes(row, line))
    lights = "".join(
        f'<circle cx="{MARGIN + 4 + 20 * index}" cy="{BAR / 2:g}" r="6" fill="{colour}"/>'
        for index, colour in enumerate(LIGHTS)
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" \
width="{width:g}" height="{height:g}" role="img" aria-labelledby="title">
<title id="title">gunicov in a terminal: {escape(summary(text))}</title>
<style>
text {{ font: {SIZE}px {FONTS}; fill: {FOREGROUND}; white-space: pre }}
.bold {{ font-weight: 700 }}
.faint {{ fill: {FAINT} }}
</style>
<rect width="{width:g}" height="{height:g}" rx="10" fill="{BACKGROUND}"/>
<path d="M0 {BAR}V10a10 10 0 0 1 10-10H{width - 10:g}a10 10 0 0 1 10 10V{BAR}z" fill="{FRAME}"/>
{lights}
<text class="faint" x="{width / 2:g}" y="{BAR / 2 + SIZE / 3:g}" text-anchor="middle">bin/demo</text>
<g transform="translate({MARGIN} {BAR + MARGIN - 4})">
{drawn}
</g>
</svg>
"""


def summary(text):
    """The line with the percentage, as words for who cannot see the picture."""
    line = next(line for line in text.splitlines() if line.startswith("coverage "))
    return re.sub(r"\s+", " ", line)


def row_shapes(row, line):
    """Shapes of one row: what looks the same stands together, except signs, each in its own cell."""
    column = 0
    for (style, sort), run in groupby(line, key=lambda cell: (style_of(cell), sort_of(cell))):
        characters = "".join(cell.data for cell in run)
        yield from run_shapes(row, column, characters, style, sort)
        column += len(characters)


def style_of(cell):
    """(colour or None, bold, faint, reversed, colour behind it or None). A faint cell is `blink` in test/pty/terminal.py."""
    return COLOURS.get(cell.fg), cell.bold, cell.blink, cell.reverse, COLOURS.get(cell.bg)


def sort_of(cell):
    """Text has its width set as a whole; what fonts may have at another width stands alone."""
    if cell.data in BLOCKS or cell.data in LEVELS:
        return cell.data
    return "text" if cell.data.isascii() else "sign"


def run_shapes(row, column, characters, style, sort):
    colour, bold, faint, reverse, behind = style
    x, y = column * WIDTH, row * HEIGHT
    if reverse:
        yield rectangle(x, y, len(characters), colour or FOREGROUND, 1)
        colour = BACKGROUND
    elif behind:
        yield rectangle(x, y, len(characters), behind, 1)
        colour = BACKGROUND
    if sort in BLOCKS:
        fill = colour or (FAINT if faint else FOREGROUND)
        yield rectangle(x, y + 3, len(characters), fill, BLOCKS[sort], HEIGHT - 6)
        return
    if sort in LEVELS:
        part = (HEIGHT - 6) * (LEVELS.index(sort) + 1) / 8
        bottom = y + HEIGHT - 3
        yield rectangle(
            x, round(bottom - part, 1), len(characters), colour or FOREGROUND, 1, round(part, 1)
        )
        return
    classes = " ".join(["bold"] * bold + ["faint"] * faint)
    look = (f' class="{classes}"' if classes else "") + (
        f' style="fill:{colour}"' if colour else ""
    )
    base = f'y="{y + SIZE:g}"{look}'
    if sort == "sign":
        for index, character in enumerate(characters):
            middle = f"{x + (index + 0.5) * WIDTH:.1f}"
            yield f'<text x="{middle}" {base} text-anchor="middle">{character}</text>'
        return
    for word in re.finditer(r"\S+(?: \S+)*", characters):
        start, length = x + word.start() * WIDTH, len(word[0]) * WIDTH
        yield (
            f'<text x="{start:.1f}" {base} textLength="{length:.1f}"'
            f' lengthAdjust="spacingAndGlyphs">{escape(word[0])}</text>'
        )


def rectangle(x, y, columns, fill, opacity, height=HEIGHT):
    size = f'width="{columns * WIDTH:.1f}" height="{height}"'
    faded = "" if opacity == 1 else f' opacity="{opacity}"'
    return f'<rect x="{x:.1f}" y="{y}" {size} fill="{fill}"{faded}/>'


if __name__ == "__main__":
    main(sys.argv[1])
