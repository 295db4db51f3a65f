"""The service for programs: JSON in, JSON out."""

from flask import Blueprint, request

from xy.decoding import InvalidCompany, company_from_json
from xy.scoring import score

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/health/ready")
def ready():
    return {"ready": True}


@blueprint.post("/company/score/")
def score_company():
    return score(company_from_json(request.get_json()))


@blueprint.errorhandler(InvalidCompany)
def refuse(error: InvalidCompany):
    return {"error": str(error)}, 400
