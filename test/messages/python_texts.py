"""Prints, as JSON, the texts and the failures in our Python, and what the programs beside it know.

Usage: python python_texts.py ROOT
"""

import ast
import glob
import itertools
import json
import os
import sys

from installed import known

HOLE = "…"
MOST = 64
DEEPEST = 12


class Module:
    """A file: its syntax, and what its names stand for."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.tree = ast.parse(file.read())
        self.names = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names[node.targets[0].id] = node.value
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.names[node.name] = node
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    self.names[one.asname or one.name] = (node.module or "", one.name, node.level)


def load(root):
    """Return the modules by path, from `root`."""
    paths = [
        path
        for part in ("python", "packaging")
        for path in glob.glob(os.path.join(root, part, "**", "*.py"), recursive=True)
    ]
    return {os.path.relpath(path, root): Module(path) for path in sorted(paths)}


class Reader:
    def __init__(self, root):
        self.modules = load(root)
        self.texts, self.complaints = [], []

    def read(self):
        for path, module in self.modules.items():
            docstrings = {
                id(node.value)
                for node in ast.walk(module.tree)
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            }
            lists = {id(one) for node in ast.walk(module.tree) for one in lists_of_names(node)}
            inside = {
                id(part)
                for node in ast.walk(module.tree)
                if isinstance(node, ast.JoinedStr)
                for part in node.values
            }
            for node in ast.walk(module.tree):
                at = f"{path}:{getattr(node, 'lineno', 0)}"
                if id(node) not in docstrings | inside | lists:
                    self.read_text(node, at)
            self.read_complaints(path, module.tree, {})

    def read_text(self, node, at):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.texts.append({"at": at, "text": node.value})
        elif isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else HOLE for one in node.values]
            self.texts.append({"at": at, "text": "".join(parts)})

    def read_complaints(self, path, node, local):
        """Find each call of what takes `fix`. `local`: what names of the function stand for."""
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            local = dict(local)
            local.update({one.arg: None for one in node.args.args})
            for one in ast.walk(node):
                for name, value in assigned(one):
                    local[name] = [*(local.get(name) or []), value]
        called = getattr(node, "func", None)
        if isinstance(called, ast.Name):
            taken = self.parameters(path, called.id)
            given = dict(zip(taken, node.args))
            given.update({one.arg: one.value for one in node.keywords})
            starred = any(one.arg is None for one in node.keywords) or any(
                isinstance(one, ast.Starred) for one in node.args
            )
            if "fix" in taken and not starred:
                message = given.get("message")
                self.complaints.append(
                    {
                        "at": f"{path}:{node.lineno}",
                        "messages": self.value(message, path, local) if message else [],
                        "fixes": self.value(given["fix"], path, local) if "fix" in given else [""],
                    }
                )
        for child in ast.iter_child_nodes(node):
            self.read_complaints(path, child, local)

    def find(self, path, name):
        """Return (path, node) of what a module calls so; (path, None): it is nothing of ours."""
        for _ in range(DEEPEST):
            made = self.modules[path].names.get(name)
            if not isinstance(made, tuple):
                return path, made
            module, name, level = made
            parts = (
                [*path.split(os.sep)[:-level], *module.split(".")]
                if level
                else ["python", *module.split(".")]
            )
            base = os.path.join(*[part for part in parts if part])
            path = next(
                (one for one in (base + ".py", base + "/__init__.py") if one in self.modules), None
            )
            if path is None:
                return "", None
        return path, None

    def parameters(self, path, name):
        _, made = self.find(path, name)
        if isinstance(made, ast.ClassDef):
            inits = [
                one
                for one in made.body
                if isinstance(one, ast.FunctionDef) and one.name == "__init__"
            ]
            return [one.arg for one in inits[0].args.args[1:]] if inits else []
        return [one.arg for one in made.args.args] if isinstance(made, ast.FunctionDef) else []

    def value(self, node, path, local, depth=0):
        """Return the texts that an expression may have."""
        if depth > DEEPEST:
            return [HOLE]
        deeper = depth + 1
        if isinstance(node, ast.Constant):
            return [node.value if isinstance(node.value, str) else HOLE]
        if isinstance(node, ast.JoinedStr):
            return joined([self.value(one, path, local, deeper) for one in node.values])
        if isinstance(node, ast.FormattedValue):
            return self.value(node.value, path, local, deeper)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return joined([self.value(one, path, local, deeper) for one in (node.left, node.right)])
        if isinstance(node, ast.IfExp):
            return [
                text
                for one in (node.body, node.orelse)
                for text in self.value(one, path, local, deeper)
            ]
        if isinstance(node, ast.BoolOp):
            return [text for one in node.values for text in self.value(one, path, local, deeper)]
        if isinstance(node, ast.Name):
            if node.id in local:
                found = local[node.id] or []
                return [text for one in found for text in self.value(one, path, local, deeper)] or [
                    HOLE
                ]
            there, made = self.find(path, node.id)
            return self.value(made, there, {}, deeper) if isinstance(made, ast.expr) else [HOLE]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.returned(node, path, deeper)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
        ):
            return [holed(text) for text in self.value(node.func.value, path, local, deeper)]
        return [HOLE]

    def returned(self, call, path, depth):
        there, made = self.find(path, call.func.id)
        if not isinstance(made, ast.FunctionDef):
            return [HOLE]
        local = {one.arg: None for one in made.args.args}
        for one in ast.walk(made):
            for name, value in assigned(one):
                local[name] = [*(local.get(name) or []), value]
        returns = [one.value for one in ast.walk(made) if isinstance(one, ast.Return) and one.value]
        return [text for one in returns for text in self.value(one, there, local, depth)] or [HOLE]


def lists_of_names(node):
    """Texts that are none: `"a b".split()`, and the fields of a namedtuple."""
    if isinstance(node, ast.Attribute) and node.attr in ("split", "intersection"):
        return [node.value]
    called = getattr(node, "func", None)
    return node.args if getattr(called, "attr", "") == "namedtuple" else []


def assigned(node):
    """Yield (name, value) of what an assignment binds; of a pair, the pair's parts."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple):
                values = (
                    node.value.elts
                    if isinstance(node.value, ast.Tuple)
                    else [ast.Constant(None)] * len(target.elts)
                )
                for one, value in zip(target.elts, values):
                    if isinstance(one, ast.Name):
                        yield one.id, value
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value


def holed(text):
    """A text for str.format, with `…` for what is put in."""
    out, depth = [], 0
    for character in text:
        depth += character == "{"
        if depth == 0:
            out.append(character)
        if character == "}":
            depth -= 1
            out.append(HOLE)
    return "".join(out)


def joined(parts):
    some = list(itertools.islice(itertools.product(*parts), MOST + 1))
    return [HOLE] if len(some) > MOST else ["".join(one) for one in some]


if __name__ == "__main__":
    reader = Reader(sys.argv[1])
    reader.read()
    json.dump(
        {"texts": reader.texts, "complaints": reader.complaints, "known": known()}, sys.stdout
    )
