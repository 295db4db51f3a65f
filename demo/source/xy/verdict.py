"""A word for a company about its total."""


def verdict(total: int) -> str:
    if total < 0:
        return "This company costs more than it makes."
    if total >= 1_000_000:
        return "Profound. Other companies will study this one."
    if total >= 1_000:
        return "A fine business."
    return "A modest living."
