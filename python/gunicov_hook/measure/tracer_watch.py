"""What becomes of coverage's tracer while the app runs."""

import _thread
import os
import sys
import threading


class TracerWatch:
    """What becomes of the means by which coverage follows a worker. Its C tracer, unlike the one in Python,
    does not notice when somebody takes the trace function away, and neither notices it in other threads."""

    def __init__(self):
        """To be made right after coverage has started, in the thread in which it has."""
        self.pid, self.thread = os.getpid(), _thread.get_ident()
        self.function, self.hook, self.tools = sys.gettrace(), thread_hook(), monitoring_tools()
        self.callers = {}  # place -> None
        self.found = []
        self.own = os.path.dirname(sys.modules["coverage"].__file__) + os.sep
        self.on = True
        if self.function is not None:
            sys.addaudithook(self.hear)  # it stays as long as the process

    def hear(self, event, _):
        if event == "sys.settrace" and self.on and os.getpid() == self.pid:
            self.note(sys._getframe(1))

    def note(self, frame):
        code = frame.f_code
        if code.co_filename.startswith(self.own):
            return
        if code.co_filename == threading.__file__ and thread_hook() == self.hook:
            return  # a new thread takes coverage's
        if len(self.callers) < 10:
            place = f"{code.co_filename}:{frame.f_lineno}"
            self.callers.setdefault(place)

    def look(self):
        """See what is not as coverage has set it; to be called before it stops."""
        if not self.on:
            return
        self.on = False
        found = []
        if self.callers:
            found.append("sys.settrace was called at " + ", ".join(self.callers))
        elif _thread.get_ident() == self.thread and self.function != sys.gettrace():
            found.append(f"the trace function is {name_of(sys.gettrace())} at its end")
        if self.hook != thread_hook():
            found.append(f"threading.settrace was called, with {name_of(thread_hook())}")
        if monitoring_tools() != self.tools:
            found.append("coverage's place in sys.monitoring was taken away or changed")
        self.found = found


def name_of(function):
    """A name for whatever was put in the place of a trace function."""
    return getattr(function, "__qualname__", type(function).__qualname__)


def thread_hook():
    """The trace function of threads to come, or None."""
    return getattr(threading, "_trace_hook", None)


def monitoring_tools():
    """{number: events} of coverage's places in sys.monitoring (from Python 3.12 on)."""
    monitoring = getattr(sys, "monitoring", None)
    numbers = range(6) if monitoring else ()
    return {n: monitoring.get_events(n) for n in numbers if monitoring.get_tool(n) == "coverage.py"}
