"""Set-ups of other people's projects: gunicov as it is started by hand, on every surface, against coverage.py."""
