def work(size):
    if size > 3:
        return "long"
    return "short"


def other(size):
    return size
