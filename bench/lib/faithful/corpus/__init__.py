"""The projects: each module holds some of one kind, in PROJECTS. A new one is a `Project(…)` in one of these lists."""

from . import fixtures, plugins, pytests_own, sharing, shown

PROJECTS = [
    project
    for kind in (pytests_own, fixtures, sharing, shown, plugins)
    for project in kind.PROJECTS
]
