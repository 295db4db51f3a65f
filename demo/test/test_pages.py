"""The pages, as a browser sees them."""

import re

import pytest


def points_on(page: str) -> list[int]:
    return [int(points) for points in re.findall(r'<td class="points">(-?\d+)</td>', page)]


def total_on(page: str) -> int:
    return int(re.search(r'<strong id="total">(-?\d+)</strong>', page)[1])


def test_home_is_the_form_for_three_squads(service):
    response = service.get("/")
    assert response.status == 302
    assert response.headers["Location"] == "/score/3"


@pytest.mark.parametrize("squads", [1, 3, 12])
def test_the_form_has_a_row_for_each_squad(service, squads):
    response = service.get(f"/score/{squads}")
    assert response.status == 200
    assert response.text.count('<tr class="squad">') == squads
    assert points_on(response.text) == []


@pytest.mark.parametrize("squads", [0, 13])
def test_there_is_no_form_for_another_number_of_squads(service, squads):
    response = service.get(f"/score/{squads}")
    assert response.status == 404
    assert "1 to 12 squads" in response.text


def test_the_form_shows_the_scores(service):
    response = service.submit(2, letters=["hell?", "world"], word="1")
    assert response.status == 200
    assert points_on(response.text) == [0, -10, 160, 0, -20, 51_200, -100, 102_400, 0, 0]
    assert total_on(response.text) == 153_630
    assert "A fine business." in response.text


def test_the_form_remembers_what_was_decided(service):
    page = service.submit(1, letters="XYZZY", word="0", is_sentence="on").text
    assert 'value="XYZZY"' in page
    assert page.count("checked") == 2


@pytest.mark.parametrize(
    ("letters", "verdict"),
    [("XYZZY", "A modest living."), ("AEIOU", "costs more than it makes")],
)
def test_a_company_gets_a_verdict(service, letters, verdict):
    assert verdict in service.submit(1, letters=letters).text


def test_what_a_visitor_typed_is_escaped(service):
    page = service.submit(1, letters='"><b>').text
    assert '"><b>' not in page


def test_a_squad_with_too_few_letters_is_an_error_page(service):
    response = service.submit(1, letters="XYZ")
    assert response.status == 400
    assert "5 letters" in response.text


def test_a_form_for_another_number_of_squads_is_an_error_page(service):
    response = service.submit(2, letters="XYZZY")
    assert response.status == 400
    assert "for 2 squads" in response.text


def test_the_style_sheet_is_served(service):
    response = service.get("/static/style.css")
    assert response.headers["Content-Type"].startswith("text/css")
