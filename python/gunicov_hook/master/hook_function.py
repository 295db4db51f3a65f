"""The Python function behind a hook of the user's: its code, what it uses, whether coverage sees it."""

import contextlib
import inspect
import os
import sys
import types

from ..source.places import is_project, module_path
from ..state import STATE


def users_hook(name):
    """The function behind a hook of the user's own config, or None."""
    return plain_function(STATE.user.exports.get(name)) if STATE.user else None


def plain_function(called):
    """The Python function that runs first when something is called, or None."""
    with contextlib.suppress(Exception):  # whatever an object of somebody's own answers
        called = inspect.unwrap(getattr(called, "func", called))  # of a functools.partial
        called = getattr(called, "__func__", called)
        called = called if isinstance(called, types.FunctionType) else type(called).__call__
        return called if isinstance(called, types.FunctionType) else None
    return None


def file_of(function):
    """The real path of the file that a Python function is written in."""
    return os.path.realpath(function.__code__.co_filename)


def measures_file(path):
    """Whether coverage measures the module of that file; where nobody knows it may."""
    names = [
        n for n, module in list(sys.modules.items()) if getattr(module, "__file__", None) == path
    ]
    return STATE.measures is None or STATE.measures(path, names[0] if names else "__config__")


def may_be_measured(function, before=()):
    """Whether coverage would see something of what a hook runs: its own file is measured, or it uses the project's,
    or has used it when it ran (`before`: paths)."""
    if STATE.master.form is None:
        return False  # nothing is
    if function and measures_file(function.__code__.co_filename):
        return True
    used = [*before, *(used_files(function) if function else ())]
    return any(is_project(path) and measures_file(path) for path in used)


def codes_of(function):
    """[(code, globals)] of all that is written in a function and in those of its own file that it names."""
    found, left = [], [(function.__code__, function.__globals__)]
    while left:
        code, names = left.pop()
        if any(code is each for each, _ in found):
            continue
        found.append((code, names))
        left += [(const, names) for const in code.co_consts if isinstance(const, types.CodeType)]
        for name in code.co_names:
            used = plain_function(names.get(name))
            if used and used.__code__.co_filename == code.co_filename:
                left.append((used.__code__, used.__globals__))
    return found


def behaviour(function):
    """What a function does, wherever it stands: alike for two that differ in their lines only."""

    def alike(code):
        consts = [alike(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts]
        return code.co_name, code.co_code, code.co_names, code.co_varnames, tuple(consts)

    return [alike(code) for code, _ in codes_of(function)]


def used_files(function):
    """Paths of the modules that a function names: those that it imports, and those that what it uses is of."""
    for code, names in codes_of(function):
        for name in code.co_names:
            used = names.get(name)
            modules = (
                [name]
                if used is None
                else [
                    getattr(used, "__name__", None),
                    getattr(used, "__module__", None),
                    type(used).__module__,
                ]
            )
            paths = {module_path(module) for module in modules if isinstance(module, str)}
            yield from paths - {None, code.co_filename}
