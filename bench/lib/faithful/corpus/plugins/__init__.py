"""Plugins that many projects use, each in an environment with nothing else."""

from . import asynchronous, behaviour, data, environment, order, reports, web

PROJECTS = [
    project
    for kind in (asynchronous, behaviour, data, environment, order, reports, web)
    for project in kind.PROJECTS
]
