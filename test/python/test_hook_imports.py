"""Which module of the hook imports which: no circles, no folder one that knows more, and nothing else of gunicov's but
gunicov_common."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "gunicov_hook"


def imports_of(path):
    """Paths of the modules that a module imports, also inside of its functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield path.parents[node.level - 1].joinpath(*node.module.split(".")).with_suffix(".py")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            named = getattr(node, "module", None) or node.names[0].name
            assert "gunicov" not in named.replace("gunicov_common", ""), path


def test_no_circles():
    graph = {path: set(imports_of(path)) for path in PACKAGE.rglob("*.py")}
    assert {path for used in graph.values() for path in used} <= set(graph)
    known = set()  # those of which all that they import is known, too
    while True:
        more = {path for path, used in graph.items() if used <= known} - known
        if not more:
            break
        known |= more
    assert sorted(set(graph) - known) == []
    assert graph[PACKAGE / "state.py"] == set()
    assert not any(PACKAGE / "config.py" in used for used in graph.values())


# From what knows least to what knows most. Each may import from its own line and from those before.
LAYERS = [
    "state originals own_files failure cgroup fast_paths user_config files_written take_over",
    "coverage_py",
    "record",
    "attempt children deaths graceful_timeout",
    "source",
    "handed_on preload",
    "measure master",
    "describe reload",
    "worker_end",
    "app",
    "boot",
    "hooks imported config",
]


def test_a_folder_imports_only_from_those_that_know_less():
    """In docs/architecture.md they stand in this order, too."""
    layer = {name: number for number, names in enumerate(LAYERS) for name in names.split()}
    up = [
        f"{room(path)} -> {room(used)}"
        for path in PACKAGE.rglob("*.py")
        for used in imports_of(path)
        if room(path) != room(used) and layer[room(used)] > layer[room(path)]
    ]
    assert up == []


def room(path):
    """The folder of a module, or its own name where it lies in none."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_it_is_no_package_by_itself():
    """With an __init__.py, `-c python:gunicov_hook` would find the folder, and not the config file beside it."""
    assert not (PACKAGE / "__init__.py").exists()
