"""What happens in the forked child, and in the workers of xdist."""
