"""Processes: the forked child, all that descends from it, and their ends."""
