from acme.core.words import shout


def app(environ, start_response):
    word = environ["PATH_INFO"].strip("/")
    answer = shout(word)
    start_response("200 OK" if answer else "404 Not Found", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
