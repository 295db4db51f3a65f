"""R starts a stopped server again, and the screen says what has happened to it."""

import os
import signal


def test_row_10_a_local_server_that_died_is_started_again(session):
    before = session.row("TOTAL")
    guards = [
        pid for pid, argv in session.processes().items() if any("guard.py" in word for word in argv)
    ]
    masters = [
        pid
        for pid, argv in session.processes().items()
        if "xy:create_app()" in argv and parent(pid) in guards
    ]
    assert len(masters) == 1
    session.press("R")
    session.wait_for("Nothing is stopped")
    session.press("g")
    os.kill(masters[0], signal.SIGKILL)
    session.wait_for("server gone: a save or R starts it")
    session.wait_for("has ended (killed by SIGKILL).")
    session.wait_for("R start it again")
    after = session.cycle
    session.press("R")
    session.wait_gone("has ended")
    session.wait_cycle(after)
    assert session.row("TOTAL") == before
    assert "gone" not in session.lines[0]


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])
