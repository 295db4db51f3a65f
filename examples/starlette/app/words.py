"""What can be said of a text."""


def count(text):
    """Words, and how often each occurs."""
    found = {}
    for word in text.lower().split():
        word = word.strip(".,;:!?")
        if word:
            found[word] = found.get(word, 0) + 1
    return found


def longest(text):
    words = count(text)
    if not words:
        raise ValueError("no words")
    return max(words, key=len)


def is_palindrome(text):
    letters = [letter for letter in text.lower() if letter.isalpha()]
    return letters == letters[::-1]
