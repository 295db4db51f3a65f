import os
import time

import pytest
import requests

BASE_URL = os.environ.get("BASE_URL", "http://localhost:8000")


class Shop:
    def get(self, path):
        return requests.get(f"{BASE_URL}{path}", timeout=10)

    def post(self, path, **form):
        return requests.post(f"{BASE_URL}{path}", data=form, timeout=10)

    def order(self, **form):
        return self.post("/orders/", **{"customer": "Ada", "item": "tea", "quantity": 1, **form})


@pytest.fixture(scope="session")
def shop():
    for _ in range(50):
        try:
            requests.get(BASE_URL, timeout=10)
            return Shop()
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {BASE_URL}")
