import contextlib
import os


def ends_in_for(word):
    with open(os.devnull) as file:
        for _ in [1]:
            file.read()
    return word


def ends_in_while(word):
    left = len(word)
    with contextlib.nullcontext():
        while left:
            left -= 1
    return word


def ends_in_if(word):
    with contextlib.nullcontext(), contextlib.nullcontext():
        if word == "some":
            word += "!"
    return word


def ends_in_else(word):
    with contextlib.nullcontext():
        if word:
            word += "!"
        elif word is None:
            word = ""
    return word


def returns(word):
    with contextlib.nullcontext():
        with contextlib.suppress(KeyError):
            if word == "other":
                return word
            raise KeyError(word)
    return ""


def loops(word):
    for letter in word:
        with contextlib.nullcontext():
            if letter == "o":
                continue
            if letter == "z":
                break
    else:
        word += "."
    return word


def tries(word):
    try:
        with contextlib.nullcontext():
            if len(word) > 4:
                raise ValueError(word)
    except ValueError:
        return ""
    finally:
        with contextlib.nullcontext():
            while word:
                word = word[1:]
    return word


def yields(word):
    with contextlib.nullcontext():
        for letter in word:
            yield letter


EVERY = (ends_in_for, ends_in_while, ends_in_if, ends_in_else, returns, loops, tries)


def all_of(word):
    return "".join([each(word) for each in EVERY]) + "".join(yields(word))
