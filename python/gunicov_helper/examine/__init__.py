"""What `examine` tells of a server: it changes nothing there."""
