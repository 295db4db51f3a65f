"""What a job comes to."""


def shout(text):
    return text.upper() + "!"
