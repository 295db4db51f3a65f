"""What a child is to do, as plain values: it may be another interpreter that is told."""


class Plan:
    """`command` (a Command), `arguments` (pytest's own), `held` (whether it must
    wait until the server is ready), `first` (files whose tests go first), `warm` (false: a new interpreter), `originals` (what
    the warm process has)."""

    def __init__(self, command, arguments=(), held=False, first=(), warm=True, originals=None):
        self.command, self.arguments = command, list(arguments)
        self.held, self.first, self.warm = held, list(first), warm
        self.originals = originals

    def values(self):
        """All of it that JSON can hold; the environment is that of the process."""
        command = self.command
        return {
            "words": command.words,
            "cwd": command.cwd,
            "arguments": self.arguments,
            "first": self.first,
        }
