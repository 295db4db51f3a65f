"""Single results of a command that is not pytest: from JUnit XML, or from TAP in its output."""
