"""The API beside the scores: health, and what it refuses."""

import pytest


def test_it_says_that_it_is_ready(service):
    response = service.get("/api/health/ready")
    assert response.status == 200
    assert response.json() == {"ready": True}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "the body must be a JSON object"),
        ({}, "decisions must be a list"),
        ({"decisions": []}, "at least one"),
        ({"decisions": ["XYZZY"]}, "each decision must be"),
        ({"decisions": [["XYZZY", "yes"]]}, "each decision must be"),
        ({"decisions": [["XYZ", False]]}, "5 letters, not 'XYZ'"),
        ({"decisions": [["XYZZY", False]], "is_sentence": 1}, "is_sentence must be"),
    ],
)
def test_it_refuses_what_is_no_company(service, body, message):
    response = service.post_json("/api/company/score/", body)
    assert response.status == 400
    assert message in response.json()["error"]


def test_it_refuses_what_is_not_json(service):
    response = service.post("/api/company/score/", "{", "application/json")
    assert response.status == 400
    assert response.json()["error"]


def test_an_unknown_address_is_told_so_in_json(service):
    response = service.get("/api/nothing/here")
    assert response.status == 404
    assert "not found" in response.json()["error"]


def test_a_score_cannot_be_fetched(service):
    assert service.get("/api/company/score/").status == 405
