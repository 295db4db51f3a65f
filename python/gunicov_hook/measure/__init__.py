"""coverage.py in a worker."""
