import client


def app(environ, start_response):
    answer = client.ask(environ["PATH_INFO"].strip("/"))
    start_response("200 OK" if answer else "404 Not Found", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
