"""The tests talk to a running service, at XY_URL."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Service:
    """The service as a program and as a browser see it.

    Each request has a connection of its own: one kept open would make the server's workers wait
    for it when they are told to stop.
    """

    url: str
    session: requests.Session

    def get(self, path: str, **options) -> requests.Response:
        return self.session.get(self.url + path, timeout=TIMEOUT, **options)

    def post(self, path: str, **options) -> requests.Response:
        return self.session.post(self.url + path, timeout=TIMEOUT, **options)

    def score(self, decisions, **company) -> requests.Response:
        """Posts a company to the API; `decisions` are (letters, is_word) pairs."""
        return self.post("/api/company/score/", json={"decisions": decisions, **company})

    def submit(self, squads: int, **form) -> requests.Response:
        """Posts the form for so many squads, as a browser does."""
        return self.post(f"/score/{squads}", data=form)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        yield Service(os.environ.get("XY_URL", "http://127.0.0.1:8000").rstrip("/"), session)
