import os
import time

import httpx
import pytest


@pytest.fixture(scope="module")
def client():
    with httpx.Client(base_url=os.environ.get("SERVICE_URL", "http://127.0.0.1:8000")) as client:
        for _ in range(50):
            try:
                client.get("/")
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield client


def test_words_are_counted(client):
    assert client.post("/count", content="The cat, the dog.").json() == {
        "the": 2,
        "cat": 1,
        "dog": 1,
    }


def test_the_longest(client):
    assert client.post("/longest", content="a tree").json() == {"longest": "tree"}


def test_a_text_without_words(client):
    assert client.post("/longest", content=" . ").status_code == 400


def test_lines_are_streamed(client):
    assert client.get("/lines/3").text.splitlines() == ["line 0", "line 1", "line 2"]
