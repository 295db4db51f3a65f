"""Suspended with Ctrl-Z in a shell, and continued: the terminal belongs to the shell meanwhile."""

import os
import shlex
import shutil
import signal

from session import Session

BASH = [shutil.which("bash"), "--norc", "--noprofile", "-i"]
STTY = shutil.which("stty")


def gunicov_of(session):
    argv = session.argv[1:]
    return next(pid for pid, words in session.processes().items() if words[1:] == argv)


def suspend(session):
    """Ctrl-Z; wait until bash has the terminal again, and see that it is fit for use."""
    mark = len(session.raw)
    session.press("Ctrl-Z")
    session.wait_for(lambda s: b"Stopped" in s.raw[mark:])
    # The shell and what it runs find the terminal as it was: line by line, with echo.
    told = session.demo.dir.parent / "stty"
    told.unlink(missing_ok=True)
    session.type(f"{STTY} -a > {told}; echo = $((40 + 2))\n")
    session.wait_for("= 42")
    assert {"icanon", "echo", "isig", "icrnl", "opost"} <= set(told.read_text().split())
    assert not session.on_alternate_screen
    assert session.cursor_is_shown


def is_whole(session):
    """Every part of the screen is in its place, from the first row to the last."""
    first, second, third, tabs = session.lines[:4]
    return (
        first.startswith(" PASS ")
        and second.startswith("○ waiting for a change   tests 35")
        and third.startswith("coverage 98 %")
        and tabs.startswith(" 1 coverage 9")
        and len([line for line in session.lines if "source/xy/" in line]) == 9
        and session.row("TOTAL")
        and session.lines[-1].startswith("? help")
    )


def foreground(session):
    mark = len(session.raw)
    session.type("fg\n")
    session.wait_for(lambda s: b"\x1b[?1049h" in s.raw[mark:] and is_whole(s))


def test_suspended_and_continued(demo):
    with Session(demo, shell=BASH, env={"PS1": "prompt> "}) as session:
        session.wait_for("prompt>")
        session.type(shlex.join(session.argv) + "\n")
        session.wait_cycle()
        total = session.numbers("TOTAL")
        suspend(session)
        # The size of a job in the background is nobody's to tell.
        session.resize(30, 100)
        # Saved while nobody looks.
        session.demo.edit("verdict", "\n", "\n# a line more\n")
        foreground(session)
        session.wait_cycle(1)
        session.wait_for(is_whole)
        assert len(session.lines) == 30
        assert session.numbers("TOTAL") == total
        # Raw mode: single keys are read.
        session.press("2")
        session.wait_tab("failures")
        session.press("1")
        session.wait_tab("coverage")  # else the shell would get the key
        # Stopped by somebody else: there was no time to give the terminal back, but it is taken back whole.
        mark = len(session.raw)
        os.kill(gunicov_of(session), signal.SIGSTOP)
        session.wait_for(lambda s: b"Stopped" in s.raw[mark:])
        foreground(session)
        session.press("q")
        session.wait_for(lambda s: not s.on_alternate_screen and "prompt>" in s.text)
        session.type("exit\n")
        assert session.wait_exit() == 0
        session.wait_nothing_left()


def test_ctrl_z_without_a_shell_does_nothing(demo):
    """As the terminal's only program: there is nobody who could continue it."""
    with Session(demo) as session:
        session.wait_cycle()
        mark = len(session.raw)
        session.press("Ctrl-Z")
        session.wait_for(lambda s: b"\x1b[?1049h" in s.raw[mark:] and is_whole(s))
        session.press("2")
        session.wait_tab("failures")
        session.press("q")
        assert session.wait_exit() == 0
