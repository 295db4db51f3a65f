"""The end of a worker."""
