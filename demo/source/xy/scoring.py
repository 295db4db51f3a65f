"""The game's arithmetic."""

from collections.abc import Iterator, Sequence

from xy.company import Company, Squad
from xy.letters import ILLEGAL, UNSCORING, VOWELS, normalise

# What a consonant is worth on each turn. X and Y are not here: they look at the other squads.
TURNS = 6
POINTS = {
    "B": (1, 1, 1, 1, 1, 1),
    "G": (1, 1, 1, 1, 1, 1),
    "F": (2, 2, 2, 2, 2, 0),
    "S": (4, 4, 0, 4, 4, 0),
    "H": (0, 8, 8, 0, 8, 8),
    "L": (0, 16, 0, 16, 0, 16),
    "T": (32, 0, 32, 0, 32, 0),
    "P": (0, 64, 0, 0, 64, 0),
    "N": (0, 0, 128, 0, 0, 128),
    "D": (0, 0, 0, 0, 0, 256),
    "W": (512, 0, 0, 0, 0, 0),
    "R": (0, 1024, 0, 0, 0, 0),
}


def score(company: Company) -> list[list[int]]:
    """Each squad's scores, letter by letter, in the order of the company's squads."""
    rows = [[normalise(letter) for letter in squad.letters] for squad in company.squads]
    return [
        [points * multiplier(company, squad) for points in row]
        for squad, row in zip(company.squads, plain_scores(rows), strict=True)
    ]


def plain_scores(rows: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """The scores of normalised letters, before anything is multiplied."""
    xs_by_position = [column.count("X") for column in zip(*rows, strict=True)]
    turn = 0
    for row in rows:
        scores = []
        for letter, xs in zip(row, xs_by_position, strict=True):
            points, turn = score_letter(letter, xs, turn)
            scores.append(points)
        yield scores


def score_letter(letter: str, xs: int, turn: int) -> tuple[int, int]:
    """A letter's points and the next turn; `xs` is how many squads have an X in its position."""
    if letter == ILLEGAL:
        return -2, 0
    if letter in VOWELS:
        return -1, turn
    if letter == UNSCORING:
        return 0, turn
    if letter == "X":
        return (8 if xs == 1 else 4), turn
    if letter == "Y":
        return (3 if xs else 6), turn
    return POINTS[letter][turn], (turn + 1) % TURNS


def multiplier(company: Company, squad: Squad) -> int:
    """By what a squad's scores grow; each step needs the one before it."""
    if not company.is_lower_case():
        return 1
    if not squad.is_word:
        return 10
    if not company.is_sentence:
        return 100
    if not company.is_profound:
        return 10_000
    return 100_000
