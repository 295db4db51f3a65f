"""The set-ups: how a project lies on the disk, how its gunicorn is started, what is edited while gunicov is open."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FILES = Path(__file__).with_name("files")


class Setup(NamedTuple):
    """`layers`: folders of files/, the later ones over the earlier; the set-up's own comes last. `app`
    and `args` are gunicorn's; `path` is what PYTHONPATH names, from the project. `edits`: (file, text
    to put at its end, or a pair to replace), each saved while gunicov is open."""

    layers: tuple[str, ...] = ()
    app: str = "app:app"
    args: tuple[str, ...] = ()
    path: str = ""
    edits: tuple[tuple[str, object], ...] = (("app.py", "\n# saved\n"),)
    needs: tuple[int, ...] = ()  # the oldest coverage.py that knows what it uses
    green: bool = True  # gevent's worker goes with it


SHOP = {
    "app": "shop.app:app",
    "args": ("--pythonpath", "src"),
    "edits": (("src/shop/app.py", "\n# saved\n"),),
}
SWITCHED_ON = ("[run]\n", "[run]\nbranch = true\n")

SETUPS = {
    "flat layout": Setup(("flat",)),
    "src layout": Setup(("src",), **SHOP),
    "namespace packages": Setup(
        ("namespace",),
        app="acme.web.app:app",
        args=("--pythonpath", "src"),
        edits=(("src/acme/core/words.py", "\n# saved\n"),),
    ),
    "site-packages": Setup(("installed",), path="lib/site-packages"),
    "subprocess": Setup(("jobs", "subprocess"), needs=(7, 10), green=False),
    "fork": Setup(("jobs", "fork"), needs=(7, 10), green=False),
    "multiprocessing": Setup(("jobs", "multiprocessing"), green=False),
    "relative files": Setup(("src", "relative"), **SHOP),
    "with blocks": Setup(("withs",)),
    "plugin": Setup(("plugin",), path="."),
    "report settings": Setup(("src", "report"), **SHOP),
    "[paths]": Setup(("src", "mapped"), **SHOP),
    "chdir": Setup(("src", "chdir"), **{**SHOP, "args": ("--chdir", "src")}),
    "config edit": Setup(("src", "edited"), **{**SHOP, "edits": ((".coveragerc", SWITCHED_ON),)}),
    "a file that is no Python": Setup(("flat", "unparsable")),
    "master imports": Setup(("src", "master"), path="src", **SHOP),
}
