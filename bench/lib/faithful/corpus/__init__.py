"""The projects: each module holds some of one kind, in PROJECTS. A new one is a `Project(…)` in one of these lists."""

from . import fixtures, pytests_own, sharing, shown

PROJECTS = [
    project for kind in (pytests_own, fixtures, sharing, shown) for project in kind.PROJECTS
]
