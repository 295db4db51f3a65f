"""Small projects, each run by plain pytest and by gunicov: what differs."""
