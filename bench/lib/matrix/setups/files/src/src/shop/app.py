from shop.pricing import price


def app(environ, start_response):
    word = environ["PATH_INFO"].strip("/")
    answer = str(price(word)) if word != "nowhere" else ""
    start_response("200 OK" if answer else "404 Not Found", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
