import os
import time

import pytest
import requests

URL = os.environ.get("WALLET_URL", "http://127.0.0.1:8001")


@pytest.fixture(scope="session", autouse=True)
def server():
    for _ in range(50):
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {URL}")


@pytest.fixture
def transfer():
    def ask(cents, balances=None, source="a", target="b"):
        body = {"balances": balances or {"a": 100}, "from": source, "to": target, "cents": cents}
        return requests.post(f"{URL}/transfers", json=body, timeout=5)

    return ask
