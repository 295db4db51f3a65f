"""The tests talk to a running service, at XY_URL."""

import json
import os
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from socket import gethostbyname
from urllib.parse import urlencode, urlsplit

import pytest

TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Answer:
    """What the service has answered."""

    status: int
    headers: Message
    text: str

    def json(self):
        return json.loads(self.text)


@dataclass(frozen=True)
class Service:
    """The service as a program and as a browser see it; redirects are not followed.

    Each request has a connection of its own: one kept open would make the server's workers wait
    for it when they are told to stop.
    """

    address: str  # host:port

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: str, content_type: str) -> Answer:
        return self.ask("POST", path, body, {"Content-Type": content_type})

    def ask(self, method: str, path: str, body: str | None = None, headers=()) -> Answer:
        connection = HTTPConnection(self.address, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, {"Connection": "close", **dict(headers)})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()

    def post_json(self, path: str, value) -> Answer:
        return self.post(path, json.dumps(value), "application/json")

    def score(self, decisions, **company) -> Answer:
        """Posts a company to the API; `decisions` are (letters, is_word) pairs."""
        return self.post_json("/api/company/score/", {"decisions": decisions, **company})

    def submit(self, squads: int, **form) -> Answer:
        """Posts the form for so many squads, as a browser does."""
        fields = urlencode(form, doseq=True)
        return self.post(f"/score/{squads}", fields, "application/x-www-form-urlencoded")


@pytest.fixture(scope="session")
def service() -> Service:
    url = urlsplit(os.environ.get("XY_URL", "http://127.0.0.1:8000"))
    # A container's name is asked for over its network: once is enough.
    return Service(f"{gethostbyname(url.hostname)}:{url.port}")
