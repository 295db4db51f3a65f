"""What `examine` tells of the tests: it runs none of them."""
