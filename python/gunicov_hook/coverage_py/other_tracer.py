"""A tracer that somebody else has started."""


def stop_other_tracer():
    """Stop a tracer inherited from the master (coverage's .pth, or `coverage run`), and keep it
    from writing at exit what it saw in the master: two tracers would spoil each other's data."""
    import coverage

    while coverage.Coverage.current() is not None:
        other = coverage.Coverage.current()
        other.stop()
        other._auto_save = False
