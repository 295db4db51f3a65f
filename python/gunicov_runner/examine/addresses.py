"""Where the tests may send their requests, as far as their environment and their text tell."""

import os
import re
import urllib.parse

URL = re.compile(r"""https?://[\w.-]+(?::\d+)?(?=[/"'\s?#]|$)""")
PLACE = re.compile(r"([\w.-]+|\[[0-9a-f:]+\]):(\d{2,5})")
MOST_FILES, MOST_BYTES = 200, 200_000
EXAMPLES = ("example.com", "example.org", "www.w3.org", "schemas.")


def addresses(environ, files, root, base_url=""):
    """[{host, port, why}] of the addresses that the tests may use, the likeliest first.

    `files` are the test files; the conftest.py beside or above them up to `root` count too.
    """
    texts = {path: read(path) for path in with_conftests(files, root)[:MOST_FILES]}
    whole = "\n".join(texts.values())
    found = []
    for name, value in environ.items():
        if re.search(rf"\b{re.escape(name)}\b", whole):
            add(found, value, f"{name} in the tests' environment")
    add(found, base_url, "base_url of pytest-base-url")
    for path, text in texts.items():
        for match in URL.finditer(text):
            add(found, match.group(0), os.path.relpath(path, root))
    return found


def add(found, text, why):
    place = place_of(text)
    if place and all((one["host"], one["port"]) != place for one in found):
        found.append({"host": place[0], "port": place[1], "why": why})


def place_of(text):
    """(host, port) of a URL or of `host:port`, or None."""
    if re.match(r"https?://", text):
        try:
            url = urllib.parse.urlsplit(text)
            place = url.hostname, url.port or (443 if url.scheme == "https" else 80)
        except ValueError:
            return None
        return place if place[0] and not place[0].startswith(EXAMPLES) else None
    match = PLACE.fullmatch(text)
    return (match.group(1).strip("[]"), int(match.group(2))) if match else None


def with_conftests(files, root):
    found = dict.fromkeys(files)
    for file in files:
        folder = os.path.dirname(file)
        while folder.startswith(root):
            found[os.path.join(folder, "conftest.py")] = None
            if folder == root:
                break
            folder = os.path.dirname(folder)
    return [path for path in found if os.path.isfile(path)]


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return ""
