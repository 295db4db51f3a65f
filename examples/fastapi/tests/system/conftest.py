import os
import time

import httpx
import pytest


@pytest.fixture(scope="session")
def api():
    with httpx.Client(base_url=os.environ.get("API_URL", "http://127.0.0.1:8000")) as client:
        for _ in range(50):
            try:
                client.get("/")
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield client
