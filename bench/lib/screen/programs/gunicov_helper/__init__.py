"""Stands in for the helper: a server that is there at once, with as many files as SCREEN_FILES says."""
