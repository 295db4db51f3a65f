"""What a company decides: the terms in which the game is scored."""

from dataclasses import dataclass

LETTERS_PER_SQUAD = 5


@dataclass(frozen=True)
class Squad:
    """Five letters, and whether the players agreed that they are a word."""

    letters: str
    is_word: bool = False


@dataclass(frozen=True)
class Company:
    """Squads in the order in which they are scored."""

    squads: tuple[Squad, ...]
    is_sentence: bool = False
    is_profound: bool = False

    def is_lower_case(self) -> bool:
        """Whether no squad used a capital (`?` has no case, and is none)."""
        return all(squad.letters == squad.letters.lower() for squad in self.squads)
