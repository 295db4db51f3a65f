def shout(word):
    if word == "nowhere":
        return ""
    if word == "whisper":
        return word.lower()
    return word.upper() + "!"
