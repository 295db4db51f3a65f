"""Fixtures: gunicov on a copy of the demo, in a terminal."""

import pytest
from session import Demo, Session


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets fixtures know how their test went."""
    outcome = yield
    if call.when == "call":
        item.passed = outcome.get_result().passed


@pytest.fixture
def demo(tmp_path):
    return Demo(tmp_path)


class Keeper:
    """Keeps one session for many tests, and starts a new one after a test that has failed."""

    def __init__(self, make_directory, size):
        self._make_directory = make_directory
        self._rows, self._columns = size
        self._session = None

    def get(self):
        """The session with the demo as it was at first, at rest, at the top of the coverage page."""
        if self._session is None:
            demo = Demo(self._make_directory("session"))
            self._session = Session(demo, self._rows, self._columns)
            self._session.wait_cycle()
        session = self._session
        if session.demo.restore():
            session.wait_cycle(session.cycle)
        session.press("c", "1", "g")
        session.wait_tab("coverage")
        session.wait_cursor("__init__.py")
        return session

    def drop(self):
        if self._session is not None:
            self._session.__exit__()
            self._session = None


@pytest.fixture(scope="module")
def keeper(request, tmp_path_factory):
    """One session for the tests of a module; its size is (rows, columns), 24 by 80 if not given."""
    keeper = Keeper(tmp_path_factory.mktemp, getattr(request, "param", (24, 80)))
    yield keeper
    keeper.drop()


@pytest.fixture
def session(request, keeper):
    """The module's session, as Keeper.get gives it."""
    yield keeper.get()
    if not getattr(request.node, "passed", False):
        keeper.drop()
