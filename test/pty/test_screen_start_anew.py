"""R starts a stopped server again, a local one that runs anew, and the screen says what has happened to it."""

import os
import signal


def test_a_local_server_that_died_is_started_again(session):
    before = session.numbers("TOTAL")
    os.kill(master(session), signal.SIGKILL)
    session.wait_for("server gone: a save or R starts it")
    session.wait_for("has ended (killed by SIGKILL).")
    session.wait_for("R start it again")
    after = session.cycle
    session.press("R")
    session.wait_gone("has ended")
    session.wait_cycle(after)
    assert session.numbers("TOTAL") == before
    assert "gone" not in session.lines[0]


def test_a_local_server_that_runs_is_started_anew(session):
    before, old, after = session.numbers("TOTAL"), master(session), session.cycle
    start = session.demo.dir / "start.sh"
    start.write_text(f"{start.read_text()}\n# another line\n")
    session.wait_for("start.sh has changed")
    session.press("R")
    session.wait_for("starting the server anew")
    session.wait_cycle(after)
    assert session.numbers("TOTAL") == before
    assert master(session) != old
    assert "gone" not in session.lines[0]


def master(session):
    """Pid of gunicorn's master; the only one."""
    running = session.processes()
    guards = [pid for pid, argv in running.items() if any("guard.py" in word for word in argv)]
    (pid,) = [
        pid for pid, argv in running.items() if "xy:create_app()" in argv and parent(pid) in guards
    ]
    return pid


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])
