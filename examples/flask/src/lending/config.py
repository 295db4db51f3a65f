"""Where the service is, as its tests and clients need to know it."""

import os


def api_url():
    host = os.environ.get("API_HOST", "localhost")
    port = os.environ.get("API_PORT", "5005" if host == "localhost" else "80")
    return f"http://{host}:{port}"
