"""The arguments of a rerun: pytest with these node ids in place of the command's paths."""

import os

# Options whose value is the next word, and may well be a path.
WITH_VALUE = {
    "-c",
    "--config-file",
    "--rootdir",
    "--confcutdir",
    "--basetemp",
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "--junitxml",
    "--cov",
    "--cov-config",
    "-k",
    "-m",
    "-p",
    "-o",
    "-W",
    "-n",
}


def with_ids(arguments, ids, paths, root, cwd):
    """Return `arguments` with node ids in place of `paths`, the words that pytest
    has taken for paths; None where it has not said so yet."""
    paths = likely(arguments, cwd) if paths is None else paths
    rest = list(arguments)
    for path in reversed(paths):
        if path in rest:
            # The last one of that name: an option's value stands before it.
            del rest[len(rest) - 1 - rest[::-1].index(path)]
    return rest + [from_here(test, places(paths, root, cwd), cwd) for test in ids]


def likely(arguments, cwd):
    """The words that are paths, as far as that can be known without pytest."""
    return [
        word
        for before, word in zip(("", *arguments), arguments)
        if not word.startswith("-")
        and before not in WITH_VALUE
        and os.path.exists(os.path.join(cwd, word.partition("::")[0]))
    ]


def places(paths, root, cwd):
    """Directories from which the path of a node id may count: the root, or, outside it, what the command names."""
    named = [os.path.join(cwd, path.partition("::")[0]) for path in paths]
    return [
        root or cwd,
        *(path if os.path.isdir(path) else os.path.dirname(path) for path in named),
    ]


def from_here(test, folders, cwd):
    """Return a node id as an argument of a pytest in `cwd`."""
    path, colons, names = test.partition("::")
    found = [os.path.join(folder, path) for folder in folders]
    here = next(filter(os.path.exists, found), found[0])
    return os.path.relpath(here, cwd) + colons + names


def gone(ids, complaint, cwd):
    """The ids (name -> argument) that pytest's complaint says are not there."""
    lost = []
    for test, argument in ids.items():
        path, colons, names = argument.partition("::")
        whole = os.path.normpath(os.path.join(cwd, path)) + colons + names
        if any(f"not found: {word}\n" in complaint for word in (whole, argument)):
            lost.append(test)
    return lost
