import pages


def app(environ, start_response):
    answer = pages.render("page.tmpl", environ["PATH_INFO"].strip("/"))
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
