import pytest


@pytest.mark.parametrize(("celsius", "says"), [(-3, "frost"), (12, "mild")])
def test_temperatures_are_described(api, celsius, says):
    assert api.get(f"/describe/{celsius}").json()["says"] == says


def test_fahrenheit(api):
    assert api.get("/describe/10?unit=f").json()["value"] == 50


def test_a_summary_of_one_place(api):
    given = [
        {"place": "Oslo", "celsius": 4},
        {"place": "Oslo", "celsius": 7},
        {"place": "Rome", "celsius": 20},
    ]
    assert api.post("/summary/Oslo", json=given).json() == {"lowest": 4, "highest": 7, "mean": 5.5}


def test_a_place_without_readings(api):
    assert api.post("/summary/Oslo", json=[]).status_code == 404


def test_no_place_is_that_hot(api):
    assert api.post("/summary/Oslo", json=[{"place": "Oslo", "celsius": 200}]).status_code == 422
