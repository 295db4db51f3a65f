"""Worker classes with green threads."""


def green_library(worker_class):
    """The library of a worker class's green threads, or None."""
    names = {cls.__module__ for cls in worker_class.__mro__}
    known = {"gunicorn.workers.ggevent": "gevent", "gunicorn.workers.geventlet": "eventlet"}
    return next((known[name] for name in sorted(names & set(known))), None)


def fit_concurrency(cov, worker):
    """Add the green threads of the worker class to coverage's own setting."""
    library = green_library(type(worker))
    chosen = list(cov.get_option("run:concurrency") or [])
    if library and not {"gevent", "eventlet", "greenlet"} & set(chosen):
        cov.set_option("run:concurrency", [*chosen, library])
