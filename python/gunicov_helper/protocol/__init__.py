"""Lines in, lines out: the requests, and the loop that serves them."""
