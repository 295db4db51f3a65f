"""The parts of bench/matrix: which cases there are, their environments, servers and comparison."""
