"""Files that coverage.py leaves out of its report because it can't parse them, as `ignore_errors` asks for."""

import contextlib
import re
import warnings

UNPARSED = "couldnt-parse"  # coverage.py's own name for what it says of them
BEHIND = re.compile(r" \(couldnt-parse\); see .*", re.DOTALL)


def unparsed_warnings(texts):
    """What is said of them, as a list of one or no warning; `texts` are coverage.py's own."""
    if not texts:
        return []
    rest = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    first = " ".join(texts[0].split())
    left = "it is" if len(texts) == 1 else "they are"
    return [
        f"coverage.py says: {first}{rest}; {left} left out of the report, as ignore_errors asks for"
    ]


@contextlib.contextmanager
def heard(texts):
    """Adds to a list what coverage.py says of such files through Python's own warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    texts_caught = [str(each.message) for each in caught]
    texts += [BEHIND.sub("", text) for text in texts_caught if BEHIND.search(text)]
