"""Accounts in whole cents."""


class Rejected(Exception):
    """A booking that is not possible."""


class Accounts:
    def __init__(self):
        self.balances = {}

    def open(self, name, cents):
        if cents < 0:
            raise Rejected("an account can't begin with a debt")
        self.balances[name] = cents

    def transfer(self, source, target, cents):
        if cents <= 0:
            raise Rejected("the amount must be positive")
        if self.balances.get(source, 0) < cents:
            raise Rejected(f"{source} does not have {cents}")
        self.balances[source] -= cents
        self.balances[target] = self.balances.get(target, 0) + cents
        return self.balances[source]

    def interest(self, percent):
        for name, cents in self.balances.items():
            self.balances[name] = cents + cents * percent // 100
