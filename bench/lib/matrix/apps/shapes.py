import time


def area(name):
    for letter in name:
        if letter == "q":
            break
    else:
        return "round"
    return "square"


def count_down(count):
    while count:
        count -= 1
    return count


def square(n):
    return n * n if n else 0


def slow(seconds):
    time.sleep(seconds)
    return area("slow")


def fail(size):
    if size:
        raise ValueError("failed")


def tail():
    return [x for x in range(3) if x]


def at_exit():
    for _ in range(2):
        tail()


def never():
    return 0


def excluded():  # pragma: no cover
    return 0
