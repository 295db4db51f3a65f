"""Lines in, lines out, and what a request may hold."""
