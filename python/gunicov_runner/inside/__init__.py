"""pytest that some other command starts (make, tox, uv run, a script): how it is heard."""
