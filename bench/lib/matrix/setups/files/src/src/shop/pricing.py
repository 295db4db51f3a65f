PRICES = {"some": 3, "other": 4}


def price(word, reduced=False):
    cost = PRICES.get(word, 0)
    if reduced:
        cost //= 2
    for letter in word:
        if letter == "m":
            break
    else:
        cost += 1
    return cost
