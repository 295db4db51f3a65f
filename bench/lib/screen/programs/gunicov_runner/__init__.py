"""Stands in for the runner: SCREEN_RUNS short runs, then one whose tests stream in until it is cancelled."""
