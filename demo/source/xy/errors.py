"""Errors, in the form that the visitor asked in."""

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)


def show(error: HTTPException):
    """Called by Flask for each error response, a crash of ours included."""
    message = error.description
    if isinstance(error, InternalServerError):
        # The cause is for the log, where Flask has put it, and not for visitors.
        message = "Something went wrong on our side."
    if request.path.startswith("/api/"):
        return {"error": message}, error.code
    return render_template("error.html", name=error.name, message=message), error.code
