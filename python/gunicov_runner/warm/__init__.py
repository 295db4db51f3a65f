"""The warm process: what is imported in it ahead, and what a fork of it makes anew."""
