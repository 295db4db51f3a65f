"""How gunicov injects a program (docs/protocol.md, section 1), for the clients in this folder."""

import json
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[2] / "python"


def program_text(name):
    """The one text (bytes) that holds all modules of the package `name` and runs it."""
    paths = sorted((PYTHON / "gunicov_common").rglob("*.py")) + sorted(
        (PYTHON / name).rglob("*.py")
    )
    texts = {str(path.relative_to(PYTHON)): path.read_text() for path in paths}
    loader = (PYTHON / "inject.py").read_text()
    return f'{loader}\n\nrun("{name}", {json.dumps(texts)})\n'.encode()


def preamble(name):
    """What is written to the program's stdin first (bytes)."""
    text = program_text(name)
    return b"%d\n" % len(text) + text


def bootstrap(name):
    """What `python -c` gets."""
    return (
        f'import sys;b=sys.stdin.buffer;exec(compile(b.read(int(b.readline())),"{name}.py","exec"))'
    )
