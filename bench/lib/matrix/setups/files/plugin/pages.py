"""Templates, each a Python program under a name that ends in .tmpl."""

import os

HERE = os.path.dirname(os.path.abspath(__file__))


def render(name, word):
    path = os.path.join(HERE, "templates", name)
    with open(path) as file:
        code = compile(file.read(), path, "exec")
    names = {"word": word}
    exec(code, names)
    return names["page"]
