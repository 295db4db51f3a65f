import multiprocessing

from jobs import work


def run(size):
    work.work(size)


def app(environ, start_response):
    word = environ["PATH_INFO"].strip("/")
    child = multiprocessing.get_context("fork").Process(target=run, args=(len(word),))
    child.start()
    child.join()
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
