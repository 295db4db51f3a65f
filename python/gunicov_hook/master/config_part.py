"""The part of gunicorn's config that has to do with the project."""

import ast

import gunicorn.config

from ..source.places import is_project, module_path


def project_part(path):
    """What of a config's own code may run the project's: its statements without their places (str). Not the hooks."""
    try:
        with open(path, "rb") as file:
            body = ast.parse(file.read()).body
    except (OSError, SyntaxError, ValueError, TypeError):
        return None
    settings = {setting.name for setting in gunicorn.config.KNOWN_SETTINGS}
    kept, names = [], {"importlib", "__import__", "exec", "eval", "runpy"}
    for statement in body:
        if getattr(statement, "name", None) in settings:
            continue
        nodes = list(ast.walk(statement))
        if "*" in names or any(concerns_project(node, names) for node in nodes):
            kept.append(ast.dump(statement))
            names.update(*map(bound_names, nodes))
    return "\n".join(kept)


def concerns_project(node, names):
    """Whether a piece of source imports from the project, names one of its modules, or one of these names."""
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.ImportFrom):
        return bool(node.level) or is_of_project(node.module)
    if isinstance(node, ast.Import):
        return any(is_of_project(each.name) for each in node.names)
    text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text.isprintable() and is_of_project(text.partition(":")[0])


def is_of_project(name):
    """Whether a module's name, dotted or not, is of the project."""
    first = name.partition(".")[0]
    path = module_path(first) if first.isidentifier() else None
    return path is not None and is_project(path)


def bound_names(node):
    """The names that a piece of source gives something to."""
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return [node.name]
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
