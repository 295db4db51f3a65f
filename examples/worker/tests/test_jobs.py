import os
import time

import pytest
import requests

URL = os.environ.get("JOBS_URL", "http://127.0.0.1:5000")


@pytest.fixture(scope="module", autouse=True)
def server():
    for _ in range(50):
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {URL}")


def test_a_job_is_done():
    number = requests.post(f"{URL}/jobs", data="hello", timeout=5).json()["number"]
    for _ in range(100):
        answer = requests.get(f"{URL}/jobs/{number}", timeout=5).json()
        if answer["done"]:
            break
        time.sleep(0.1)
    assert answer == {"done": True, "result": "HELLO!"}


def test_nothing_is_no_job():
    assert requests.post(f"{URL}/jobs", timeout=5).status_code == 400


def test_a_job_that_is_not_there():
    assert requests.get(f"{URL}/jobs/0", timeout=5).status_code == 404
