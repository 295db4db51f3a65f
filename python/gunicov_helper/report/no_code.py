"""Lines of a Python source on which nothing can run: data that says they ran is of another version of the file."""

import io
import tokenize

NOTHING = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.COMMENT,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def of_another_version(path, executed):
    """Whether one of these lines is blank, a comment, or behind the end. False where the file is no Python that can be read.

    The first line is left out: what a module begins with is said to be there, whatever it holds.
    """
    later = {line for line in executed if line > 1}
    if not later or not path.endswith((".py", ".pyw")):
        return False
    try:
        with open(path, "rb") as file:
            body = file.read()
        return not later <= with_code(body)
    except (OSError, SyntaxError, tokenize.TokenError, UnicodeError, ValueError):
        return False


def with_code(body):
    """The numbers of the lines that hold a token, or lie within one (a string of several lines)."""
    found = set()
    for token in tokenize.tokenize(io.BytesIO(body).readline):
        if token.type not in NOTHING:
            found.update(range(token.start[0], token.end[0] + 1))
    return found
