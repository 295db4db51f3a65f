"""The accounts over HTTP. Each request brings the balances along: the service keeps nothing."""

from flask import Flask, jsonify, request

from wallet.accounts import Accounts, Rejected


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def alive():
        return "wallet\n"

    @app.post("/transfers")
    def transfer():
        accounts = Accounts()
        for name, cents in request.json["balances"].items():
            accounts.open(name, cents)
        accounts.transfer(request.json["from"], request.json["to"], request.json["cents"])
        return jsonify(accounts.balances)

    @app.errorhandler(Rejected)
    def rejected(error):
        return jsonify(error=str(error)), 400

    return app
