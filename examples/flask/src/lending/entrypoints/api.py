"""The library over HTTP."""

from flask import Flask, jsonify, request

from lending.adapters.repository import unit_of_work
from lending.domain.model import Refused
from lending.service import services

app = Flask(__name__)


@app.post("/titles")
def add_title():
    services.add_title(unit_of_work, request.json["isbn"], request.json["copies"])
    return "", 201


@app.post("/titles/<isbn>/loans")
def lend(isbn):
    got = services.lend(unit_of_work, isbn, request.json["member"])
    return jsonify(got=got), 201 if got else 202


@app.delete("/titles/<isbn>/loans/<member>")
def take_back(isbn, member):
    return jsonify(following=services.take_back(unit_of_work, isbn, member))


@app.post("/members/<name>/block")
def block(name):
    services.block(unit_of_work, name)
    return "", 204


@app.errorhandler(Refused)
def refused(error):
    return jsonify(error=str(error)), 409


@app.errorhandler(services.Unknown)
def unknown(error):
    return jsonify(error=f"there is no {error}"), 404
