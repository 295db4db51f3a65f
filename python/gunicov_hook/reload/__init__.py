"""gunicorn's reload."""
