import os

from jobs import work


def app(environ, start_response):
    word = environ["PATH_INFO"].strip("/")
    pid = os.fork()
    if pid == 0:
        work.work(len(word))
        os._exit(0)
    os.waitpid(pid, 0)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
