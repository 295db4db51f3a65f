"""Servers that are no gunicorn, as people start them, and what would work in their place."""

import os

from gunicov_helper.process.command_line import PYTHON_NAME, python_program

ASGI = (
    "Start it with gunicorn, which has a worker for it: gunicorn -k uvicorn_worker.UvicornWorker "
    "module:app (pip install gunicorn uvicorn-worker)."
)
WSGI = "Start it with gunicorn: gunicorn module:app (pip install gunicorn)."
DJANGO = "Start it with gunicorn: gunicorn project.wsgi (pip install gunicorn)."
# Program: (the subcommand that serves, or None; what it is; what would work).
SERVERS = {
    "flask": ("run", "Flask's development server (flask run)", WSGI),
    "manage.py": ("runserver", "Django's development server (manage.py runserver)", DJANGO),
    "django-admin": ("runserver", "Django's development server (django-admin runserver)", DJANGO),
    "django": ("runserver", "Django's development server (django runserver)", DJANGO),
    "uvicorn": (None, "uvicorn", ASGI),
    "fastapi": (None, "uvicorn (fastapi)", ASGI),
    "hypercorn": (None, "hypercorn", ASGI),
    "daphne": (None, "daphne", ASGI),
    "granian": (None, "granian", ASGI),
    "uwsgi": (None, "uWSGI", WSGI),
    "waitress-serve": (None, "waitress", WSGI),
    "waitress": (None, "waitress", WSGI),
}


def other_server(processes):
    """(pid, what it is, what would work in its place) of the first such server of `processes`
    ({pid: Process}), or None."""
    for pid in sorted(processes):
        found = described(processes[pid].argv())
        if found:
            return (pid, *found)
    return None


def described(argv):
    """(what it is, what would work) where a command line (list of str) is such a server's, or None."""
    if not argv:
        return None
    name, rest = os.path.basename(argv[0]), argv[1:]
    if PYTHON_NAME.fullmatch(name):
        kind, program = python_program(argv) or ("", "")
        if not program or program not in argv:
            return None
        rest = argv[argv.index(program) + 1 :]
        name = program.partition(".")[0] if kind == "module" else os.path.basename(program)
    command, what, remedy = SERVERS.get(name, (None, None, None))
    if what is None or (command and command not in rest):
        return None
    return what, remedy
