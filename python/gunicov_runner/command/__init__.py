"""The test command: which program it is, and on which Python it runs."""
