"""A pytest plugin that keeps the selected tests only (PYTEST_DONT_REWRITE).

It narrows the paths that are collected, and then compares whole node ids: no id is ever parsed back
from an argument, so that brackets, spaces and `::` in parameters are safe, the root directory stays
that of a full run, and an id that no longer exists is no error. It is a module, not an object:
xdist's workers load it by name; they get it as text, so that it imports nothing of ours.
"""

import os

import pytest

IDS = []  # node ids of the selected tests; empty: all


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    if not IDS:
        return
    config = session.config
    root = str(config.rootpath if hasattr(config, "rootpath") else config.rootdir)
    files = [os.path.join(root, test.split("::")[0]) for test in IDS]
    found = [path for path in dict.fromkeys(files) if os.path.exists(path)]
    if found:
        config.args = found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    if not IDS:
        return
    wanted = set(IDS)
    rest = [item for item in items if item.nodeid not in wanted]
    items[:] = [item for item in items if item.nodeid in wanted]
    if rest:
        config.hook.pytest_deselected(items=rest)
