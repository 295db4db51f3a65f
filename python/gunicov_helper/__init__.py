"""gunicov's helper beside a gunicorn server: one process, JSON lines on stdin and stdout.

gunicov injects this package (docs/protocol.md, section 1) and speaks section 3 of that page with it.
It finds and signals the gunicorn master, checks changed files, watches the workers' record
(section 5, written by gunicov_hook.py), combines and analyses coverage, and hands files out.

    __main__ ── protocol/ (channel, loop) ── helper ── requests/ ── session
                          requests/ use:  process/  record/  report/  own_hook/

It is one thread around one poll(): a request is a generator that yields what it waits for, so
that a long one never keeps `cancel` waiting, and at rest the process sleeps without any timer.
Nothing is written outside the master's own record directory or, for a server without the hook, a
private temporary directory that goes with the helper. It ends when its stdin ends.

Python >= 3.8, standard library only, and the server's own coverage package (6.5 to 7.17).
"""
