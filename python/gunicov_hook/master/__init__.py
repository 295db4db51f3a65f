"""The project's code in the master."""
