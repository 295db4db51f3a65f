"""A small web service that scores the XY Business Game.

Each module does one thing: `letters` and `scoring` hold the game's rules, `company` its terms,
`decoding` turns what a visitor sent into those terms, `api` and `pages` are the two ways in.
It keeps no state between requests.
"""

from flask import Flask

from xy import api, errors, pages


def create_app() -> Flask:
    """The WSGI application, for gunicorn: `gunicorn 'xy:create_app()'`."""
    app = Flask(__name__)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    errors.register(app)
    return app
