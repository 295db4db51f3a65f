"""Which method answers which request (docs/protocol.md, section 3)."""

from gunicov_helper.requests.before import Before
from gunicov_helper.requests.examine import Examine
from gunicov_helper.requests.find import Find
from gunicov_helper.requests.reload import Reload
from gunicov_helper.requests.report import Report
from gunicov_helper.requests.writable import Writable
from gunicov_helper.requests.written_by_server import WrittenByServer
from gunicov_helper.session import Session


class Helper:
    """Answers requests: each is a method `do_<name>` of one of the parts."""

    def __init__(self):
        self.session = Session()
        self.parts = [
            part(self.session)
            for part in (Find, Examine, Before, Reload, Report, Writable, WrittenByServer)
        ]
        self.chores, self.failure = self.session.chores, self.session.failure

    def start(self, request, job):
        """Begin a request; returns its answer, or a generator that will."""
        name = "do_" + request["do"]
        method = next(getattr(part, name) for part in self.parts if hasattr(part, name))
        return method(request, job)

    def tick(self):
        """Look after what no event tells of; returns the seconds until the next look, or None."""
        own = self.session.own
        return own.between.tick() if own else None

    def close(self):
        self.session.close()
