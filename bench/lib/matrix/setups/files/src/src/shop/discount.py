def discount(cost):
    return cost if cost < 10 else cost - 1
