"""From what a visitor sent, JSON or a form, to a company."""

from typing import Any

from werkzeug.datastructures import MultiDict

from xy.company import LETTERS_PER_SQUAD, Company, Squad


class InvalidCompany(ValueError):
    """What was sent describes no company; the message is for the visitor."""


def company_from_json(body: Any) -> Company:
    """The company in an API request's body. Raises InvalidCompany."""
    if not isinstance(body, dict):
        raise InvalidCompany("the body must be a JSON object")
    decisions = body.get("decisions")
    if not isinstance(decisions, list) or not decisions:
        raise InvalidCompany("decisions must be a list of at least one [letters, is_word]")
    return Company(
        squads=tuple(squad_from_json(decision) for decision in decisions),
        is_sentence=flag(body, "is_sentence"),
        is_profound=flag(body, "is_profound"),
    )


def squad_from_json(decision: Any) -> Squad:
    match decision:
        case [str(letters), bool(is_word)]:
            return squad(letters, is_word)
        case _:
            raise InvalidCompany("each decision must be [letters, is_word]")


def company_from_form(form: MultiDict[str, str]) -> Company:
    """The company in a submitted form. Raises InvalidCompany."""
    words = form.getlist("word")  # a browser sends only the boxes that are ticked
    return Company(
        squads=tuple(
            squad(letters, str(position) in words)
            for position, letters in enumerate(form.getlist("letters"))
        ),
        is_sentence="is_sentence" in form,
        is_profound="is_profound" in form,
    )


def squad(letters: str, is_word: bool) -> Squad:
    if len(letters) != LETTERS_PER_SQUAD:
        raise InvalidCompany(f"a squad decides {LETTERS_PER_SQUAD} letters, not {letters!r}")
    return Squad(letters, is_word)


def flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidCompany(f"{name} must be true or false")
    return value
