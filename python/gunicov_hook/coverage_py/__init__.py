"""coverage.py as the user has configured it."""
