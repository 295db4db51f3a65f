"""Libraries, imported in the master."""
