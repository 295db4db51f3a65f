import shapes


def app(environ, start_response):
    answer = shapes.answer(environ["PATH_INFO"])
    status = "200 OK" if answer else "404 Not Found"
    start_response(status, [("Content-Length", str(len(answer)))])
    return [answer.encode()]
