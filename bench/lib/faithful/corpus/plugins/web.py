"""Web frameworks and networks."""

from ...project import Project

FLASK = {
    "conftest.py": """\
import flask, pytest
from note import note

@pytest.fixture(scope="session")
def app():
    note("app")
    app = flask.Flask("shop")
    app.route("/")(lambda: {"name": "shop"})
    return app
""",
    "test_a.py": """\
import flask

def test_json(client): assert client.get("/").json == {"name": "shop"}
def test_url(client): assert flask.url_for("static", filename="x") == "/static/y"
def test_status(client): assert client.get("/no").status_code == 404
""",
}
DJANGO = {
    "site_settings.py": """\
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "rows.db", "TEST": {"NAME": "test-rows.db"}}}
USE_TZ = True
""",
    "test_a.py": """\
import pytest
from django.contrib.auth.models import User
from django.db import connection

@pytest.mark.django_db
@pytest.mark.parametrize("n", range(4))
def test_rows(n):
    User.objects.create(username="a")
    assert User.objects.count() == 1

@pytest.mark.django_db(transaction=True)
def test_transaction(django_assert_num_queries):
    with django_assert_num_queries(1): User.objects.count()

def test_without_mark(): User.objects.count()

def test_settings(settings):
    settings.DEBUG = True
    assert settings.DEBUG == "yes"

@pytest.mark.django_db
def test_name(): raise ValueError(str(connection.settings_dict["NAME"]))
""",
    "pytest.ini": "[pytest]\npythonpath = .\nDJANGO_SETTINGS_MODULE = site_settings\n",
}
SOCKET = {
    "test_a.py": """\
import socket, pytest

def test_blocked(): socket.create_connection(("127.0.0.1", 9))

@pytest.mark.enable_socket
def test_allowed(): socket.socket().close()
"""
}
HTTPX = {
    "test_a.py": """\
import httpx

def test_a(httpx_mock):
    httpx_mock.add_response(json=[1])
    assert httpx.get("http://shop.test").json() == [1]

def test_unused(httpx_mock): httpx_mock.add_response(url="http://shop.test/never")
def test_unknown(httpx_mock): httpx.get("http://shop.test/other")
"""
}
SERVER = {
    "test_a.py": """\
import urllib.request

def test_a(httpserver):
    httpserver.expect_request("/").respond_with_data("hello")
    assert urllib.request.urlopen(httpserver.url_for("/")).read() == b"hello"

def test_b(httpserver):
    httpserver.expect_request("/").respond_with_data("b")
    assert urllib.request.urlopen(httpserver.url_for("/")).read() == b"c"
"""
}
FRAMEWORK = ("pytest-django>=4.11,<5", "django>=5.2,<6")

PROJECTS = [
    Project("flask", "an app's client", FLASK, packages=("pytest-flask>=1.3,<2",)),
    Project("django", "a test database", DJANGO, packages=FRAMEWORK),
    Project("django reuse", "--reuse-db", DJANGO, "pytest --reuse-db", FRAMEWORK),
    Project(
        "django xdist",
        "a database a worker",
        DJANGO,
        "pytest -n 2",
        FRAMEWORK,
        masked=(r"test-rows\.db_gw\d",),
    ),
    Project(
        "socket",
        "a network that is switched off",
        SOCKET,
        "pytest --disable-socket",
        ("pytest-socket>=0.7,<1",),
    ),
    Project("httpx", "answers made up", HTTPX, packages=("pytest-httpx>=0.35,<1",)),
    Project(
        "httpserver",
        "a server in the session",
        SERVER,
        packages=("pytest-httpserver>=1.1,<2",),
        masked=(r"localhost:\d+", r"port=\d+", r"\[\d+/\w+/\d+ [\d:]+\]"),
    ),
]
