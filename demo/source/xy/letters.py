"""The kinds of letter that the game knows."""

ILLEGAL = "?"
UNSCORING = "-"

VOWELS = frozenset("AEIOU")
SCORING_CONSONANTS = frozenset("XYBGFSHLTPNDWR")


def normalise(letter: str) -> str:
    """The letter as it is scored: upper case, `ILLEGAL`, or `UNSCORING` for anything else."""
    if letter == ILLEGAL:
        return ILLEGAL
    upper = letter.upper()
    if upper in VOWELS or upper in SCORING_CONSONANTS:
        return upper
    return UNSCORING
