"""The pytest plugin (`-p witness`) of both runs: writes down what pytest does, and changes nothing of it."""

import os
import time

import pytest
from note import hold, write


class Seen:
    session = None
    controller = True


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["FAITHFUL_RUN"] = f"{os.getpid()}.{time.time_ns()}"


def pytest_configure(config):
    Seen.controller = not hasattr(config, "workerinput")


def pytest_sessionstart(session):
    Seen.session = session


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    write({"kind": "start", "test": item.nodeid})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    hold(item.nodeid)


def pytest_runtest_logreport(report):
    if Seen.controller:
        tell(report, when=report.when, expected=getattr(report, "wasxfail", None))


def pytest_collectreport(report):
    if Seen.controller and not report.passed:
        tell(report, when="collect", expected=None)


def tell(report, when, expected):
    crash = getattr(report.longrepr, "reprcrash", None)
    write(
        {
            "kind": "report",
            "test": report.nodeid,
            "when": when,
            "outcome": report.outcome,
            "message": crash.message if crash is not None else "",
            "text": str(report.longrepr or ""),
            "expected": expected,
            "sections": [list(section) for section in report.sections],
        }
    )


def pytest_warning_recorded(warning_message, when, nodeid):
    if Seen.controller:
        write(
            {
                "kind": "warning",
                "category": warning_message.category.__name__,
                "message": str(warning_message.message),
                "when": when,
                "test": nodeid,
            }
        )


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    if Seen.session is not None:
        write({"kind": "exit", "status": int(Seen.session.exitstatus)})
