import time
import uuid

import pytest
import requests

from lending import config


@pytest.fixture(scope="session")
def url():
    """The API's address, once it answers."""
    address = config.api_url()
    for _ in range(50):
        try:
            requests.get(address, timeout=5)
            return address
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {address}")


@pytest.fixture
def isbn():
    return uuid.uuid4().hex


@pytest.fixture
def member():
    return f"reader-{uuid.uuid4().hex[:8]}"
