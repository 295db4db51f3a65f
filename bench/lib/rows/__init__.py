"""What bench/rows and a test of the helper share: sources, data, and both ways to rows."""
