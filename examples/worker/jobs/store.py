"""Jobs in a SQLite file that the web server and the worker process share."""

import contextlib
import os
import sqlite3
import tempfile

PLACE = os.environ.get("JOBS_DB", os.path.join(tempfile.gettempdir(), "jobs.sqlite3"))

TABLE = "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, text TEXT, result TEXT)"


@contextlib.contextmanager
def connection():
    with contextlib.closing(sqlite3.connect(PLACE, timeout=10)) as opened, opened:
        opened.execute(TABLE)
        yield opened


def put(text):
    with connection() as db:
        return db.execute("INSERT INTO jobs (text) VALUES (?)", (text,)).lastrowid


def get(number):
    with connection() as db:
        return db.execute("SELECT text, result FROM jobs WHERE id = ?", (number,)).fetchone()


def waiting():
    with connection() as db:
        return db.execute("SELECT id, text FROM jobs WHERE result IS NULL").fetchall()


def finish(number, result):
    with connection() as db:
        db.execute("UPDATE jobs SET result = ? WHERE id = ?", (result, number))
