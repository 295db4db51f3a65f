"""`examine` and `knock`: what is to be known of the tests before one of them runs."""

from gunicov_common.failure import bad
from gunicov_common.lines import is_count, is_word

from gunicov_runner.examine.addresses import addresses
from gunicov_runner.examine.collection import collection
from gunicov_runner.examine.door import Door

DOOR = Door()
MOST_TESTS = 20  # whose ids are told


def examine(command):
    """What a Command is, what it collects, and where it may send requests (dict)."""
    environ = command.environ
    answer = {
        "program": command.program,
        "interpreter": command.interpreter,
        "cwd": command.cwd,
        "pytest": None,
        "plugins": [],
        "tests": [],
        "collected": None,
        "errors": 0,
        "exit_code": None,
        "said": "",
        "addresses": [],
        "other_tracer": environ.get("COVERAGE_PROCESS_START"),
    }
    if not command.pytest:
        return {**answer, "addresses": addresses(environ, [], command.cwd)}
    about = collection(command)
    tests, root = about.pop("tests", None), about.pop("root", command.cwd)
    places = addresses(environ, about.pop("files", []), root, about.pop("base_url", ""))
    told = {"tests": (tests or [])[:MOST_TESTS], "collected": tests and len(tests)}
    if tests == []:
        told["collected"] = 0
    return {**answer, **about, **told, "addresses": places}


def knock(request):
    """Connect to `host` and `port`, and hold that until the next one; without them: let go."""
    host, port = request.get("host"), request.get("port")
    if host is None:
        DOOR.close()
        return {"from": None, "refused": None}
    if not is_word(host) or not is_count(port):
        raise bad("host must be a string, and port a number")
    return DOOR.knock(host, port)
