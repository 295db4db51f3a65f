"""coverage.py: from data files to reports."""
