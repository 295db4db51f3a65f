"""The project's source: which files are its own, and what of them is imported."""
