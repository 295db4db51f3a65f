import subprocess
import sys


def app(environ, start_response):
    word = environ["PATH_INFO"].strip("/")
    argv = [sys.executable, "-m", "jobs", word]
    answer = subprocess.run(argv, check=True, capture_output=True).stdout if word else b"none"
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
