"""The layer around the app, which counts requests and watches an ASGI app's startup."""
