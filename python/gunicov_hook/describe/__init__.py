"""What the master says of itself at each start and reload."""
