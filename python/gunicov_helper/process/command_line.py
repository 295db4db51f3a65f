"""Which command lines are gunicorn's."""

import os
import re

PYTHON_NAME = re.compile(r"(python|pypy)[0-9.]*[a-z]?")
TITLE = re.compile(r"gunicorn: (master|worker)\b")
OPTIONS_WITH_VALUE = "WXQ"
SHORT = re.compile(
    r"-[DR]*c"
)  # -c, perhaps behind gunicorn's one-letter options that take no value


def python_program(argv):
    """What a Python's command line runs: ("module", name), ("script", path) or None."""
    rest = iter(argv[1:])
    for word in rest:
        if not word.startswith("-") or word == "-":
            return ("script", word)
        if word == "--check-hash-based-pycs":
            next(rest, None)
        if word.startswith("--"):
            continue
        for place, letter in enumerate(word[1:], 2):
            if letter == "m":
                return ("module", word[place:] or next(rest, ""))
            if letter == "c":
                return None
            if letter in OPTIONS_WITH_VALUE:
                if not word[place:]:
                    next(rest, None)
                break
    return None


def config_options(words):
    """The config files that these words of gunicorn's command line name, in order (list of str)."""
    found, rest = [], iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if len(name) > 4 and "--config".startswith(name):  # argparse takes what is short of it
            found.append(value if equals else next(rest, ""))
        elif SHORT.match(word):
            value = SHORT.sub("", word, count=1)
            value = value[1:] if value.startswith("=") else value
            found.append(value or next(rest, ""))
    return found


def is_gunicorn(argv):
    """Whether a command line (list of str) is gunicorn's: compares elements, never substrings."""
    if not argv:
        return False
    if TITLE.match(argv[0]) or os.path.basename(argv[0]) == "gunicorn":
        return True
    if not PYTHON_NAME.fullmatch(os.path.basename(argv[0])):
        return False
    kind, program = python_program(argv) or ("", "")
    if kind == "module":
        return program == "gunicorn" or program.startswith("gunicorn.")
    # The second: what `python -m gunicorn` executes anew at SIGUSR2.
    return os.path.basename(program) == "gunicorn" or program.endswith("/gunicorn/__main__.py")
