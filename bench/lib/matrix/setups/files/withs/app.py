import blocks


def app(environ, start_response):
    answer = blocks.all_of(environ["PATH_INFO"].strip("/"))
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
