"""The service for people: a form to fill in, and the scores below it."""

from flask import Blueprint, abort, redirect, render_template, request, url_for

from xy.company import Company, Squad
from xy.decoding import InvalidCompany, company_from_form
from xy.scoring import score
from xy.verdict import verdict

blueprint = Blueprint("pages", __name__)

DEFAULT_SQUADS = 3
MOST_SQUADS = 12


@blueprint.get("/")
def home():
    return redirect(url_for(".score_form", squads=DEFAULT_SQUADS))


@blueprint.get("/score/<int:squads>")
def score_form(squads: int):
    return page(Company(tuple(Squad("") for _ in squad_range(squads))))


@blueprint.post("/score/<int:squads>")
def show_scores(squads: int):
    if len(request.form.getlist("letters")) != len(squad_range(squads)):
        abort(400, f"This form is for {squads} squads.")
    try:
        company = company_from_form(request.form)
    except InvalidCompany as error:
        abort(400, f"This does not work: {error}.")
    scores = score(company)
    total = sum(map(sum, scores))
    return page(company, scores=scores, total=total, verdict=verdict(total))


def squad_range(squads: int) -> range:
    """One number a squad; a page that nobody would fill in does not exist."""
    if not 1 <= squads <= MOST_SQUADS:
        abort(404, f"A company has 1 to {MOST_SQUADS} squads.")
    return range(squads)


def page(company: Company, **result) -> str:
    return render_template("score.html", company=company, most=MOST_SQUADS, **result)
