"""The game's worked examples, through the API."""

import pytest


def no_words(*squads):
    return [(letters, False) for letters in squads]


def assert_scores(response, expected):
    assert response.status == 200, response.text
    assert response.json() == expected


def test_xs_and_ys_depend_on_the_other_squads(service):
    assert_scores(
        service.score(no_words("XXYYY", "XYYXX", "XYYXY", "?YYXX")),
        [[4, 8, 6, 3, 3], [4, 3, 6, 4, 4], [4, 3, 6, 4, 3], [-2, 3, 6, 4, 4]],
    )


def test_an_unscoring_consonant_is_worth_nothing(service):
    assert_scores(service.score(no_words("XYZZY", "XYZZy")), [[4, 6, 0, 0, 6]] * 2)


TABLE_SQUADS = ["BigFi", "shLit", "tlePo", "ndWaR"]
TABLE_SCORES = [[1, -1, 1, 2, -1], [4, 8, 16, -1, 32], [0, 0, -1, 0, -1], [0, 256, 512, -1, 1024]]


def test_the_table_carries_on_from_squad_to_squad(service):
    assert_scores(service.score(no_words(*TABLE_SQUADS)), TABLE_SCORES)


def test_lower_case_is_worth_ten_times_as_much(service):
    assert_scores(
        service.score(no_words(*map(str.lower, TABLE_SQUADS))),
        [[10 * points for points in row] for row in TABLE_SCORES],
    )


def test_words_in_a_sentence(service):
    assert_scores(
        service.score([("hello", True), ("world", True)], is_sentence=True, is_profound=False),
        [[0, -10_000, 160_000, 0, -10_000], [0, -10_000, 0, 160_000, 0]],
    )


def test_only_the_squad_that_made_a_word_is_paid_for_it(service):
    assert_scores(
        service.score([("hell?", False), ("world", True)]),
        [[0, -10, 160, 0, -20], [51_200, -100, 102_400, 0, 0]],
    )


def test_a_profound_sentence(service):
    assert_scores(
        service.score([("world", True), ("warms", True)], is_sentence=True, is_profound=True),
        [[51_200_000, -100_000, 102_400_000, 0, 0], [0, -100_000, 0, 0, 400_000]],
    )


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("cjkmq", [0] * 5), ("aeiou", [-10] * 5), ("?????", [-20] * 5)],
    ids=["unscoring", "vowels", "illegal"],
)
def test_a_squad_of_one_kind(service, letters, expected):
    assert_scores(service.score(no_words(letters)), [expected])
