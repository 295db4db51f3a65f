"""Editors on the real screen: only those of the terminal get it, and it is theirs while they have it."""

from session import Session


def words(path):
    return path.read_text().splitlines()


def paste_is_on(session):
    raw = session.raw
    return raw.rfind(b"\x1b[?2004h") > raw.rfind(b"\x1b[?2004l")


def test_an_editor_with_a_window_is_started_apart(demo, tmp_path):
    told = tmp_path / "told"
    demo.program("code", f'printf "%s\\n" "$@" > {told}.new; mv {told}.new {told}; exec sleep 600')
    (demo.bin / "mv").symlink_to("/usr/bin/mv")
    with Session(demo, env={"EDITOR": "code -w"}) as session:
        session.wait_cycle()
        session.press("G", "e")
        session.wait_for(lambda s: told.exists())
        assert words(told) == ["-w", "--goto", f"{demo.path('verdict')}:8"]
        session.wait_for("Opened source/xy/verdict.py:8 in code.")
        # Its window is open, and everything goes on: keys, saves, cycles.
        session.press("2")
        session.wait_tab("failures")
        session.cycle_by(session.demo.edit, "verdict", "\n", "\n# a line more\n")
        assert session.raw.count(b"\x1b[?1049l") == 0
        session.press("q")
        assert session.wait_exit() == 0
        # The window stays when gunicov ends.
        assert [argv for argv in session.processes().values() if argv[:1] == ["sleep"]]


def test_an_editor_with_a_window_that_fails_is_named(demo):
    demo.program("code", "exit 7")
    with Session(demo, env={"VISUAL": "code -w", "EDITOR": "false"}) as session:
        session.wait_cycle()
        session.press("G", "e")
        session.wait_for(
            "The editor code ended with exit code 7. See what $VISUAL says in a shell."
        )
        (demo.bin / "code").unlink()
        session.press("e")
        session.wait_for("The editor code can't be started: it is not there. Set $VISUAL")


def test_ctrl_c_in_an_editor_is_the_editors(demo, tmp_path):
    told = tmp_path / "told"
    # As `ed` does, and whatever does not switch the terminal's signals off.
    script = f"trap 'echo caught >> {told}' INT QUIT; printf 'line? '"
    read = f'until read -r line; do :; done; echo "$line" >> {told}'
    demo.program("note", f"{script}; {read}")
    with Session(demo, env={"EDITOR": "note"}) as session:
        session.wait_cycle()
        assert paste_is_on(session)
        session.press("G", "e")
        session.wait_for("line?")
        assert not paste_is_on(session)
        session.press("Ctrl-C")
        session.wait_for(lambda s: told.exists())
        session.type("\x1c")
        session.wait_for(lambda s: words(told) == ["caught"] * 2)
        session.type("written\r")
        session.wait_for(lambda s: words(told) == ["caught", "caught", "written"])
        session.wait_for(lambda s: s.on_alternate_screen and s.idle and paste_is_on(s))
        # Neither then nor later has it been a key of gunicov's.
        session.press("2")
        session.wait_tab("failures")
        session.cycle_by(session.press, "a")
        session.press("Ctrl-C")
        session.wait_exit()


def test_an_editor_that_ctrl_c_ends_ends_alone(demo):
    demo.program("note", "printf 'line? '; read -r line")
    with Session(demo, env={"EDITOR": "note"}) as session:
        session.wait_cycle()
        session.press("G", "e")
        session.wait_for("line?")
        session.press("Ctrl-C")
        session.wait_for("The editor note ended by SIGINT.")
        session.cycle_by(session.press, "a")


def test_without_editor_it_is_vi_else_nano_else_said(demo, tmp_path):
    told = tmp_path / "told"
    with Session(demo) as session:
        session.wait_cycle()
        session.press("G", "e")
        session.wait_for("No editor is set, and there is neither vi nor nano. Set $EDITOR")
        demo.program("nano", f'printf "%s\\n" nano "$@" > {told}')
        session.press("e")
        session.wait_for(lambda s: told.exists() and len(words(told)) == 3)
        assert words(told) == ["nano", "+8", str(demo.path("verdict"))]
