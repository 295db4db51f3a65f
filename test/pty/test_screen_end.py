"""However gunicov ends, the terminal is as it was and nothing that it started is left."""

import os
import shutil
import signal

import pytest
from session import Session


@pytest.fixture
def slow(demo):
    """A session whose only test runs until it is ended."""
    demo.only_a_slow_test()
    with Session(demo) as session:
        test = session.wait_slow_test()
        # Else that nothing is left would say nothing.
        running = [" ".join(argv) for argv in session.processes().values()]
        for part in [
            "gunicov --local",
            "guard.py",
            "xy:create_app()",
            "gunicov_helper.py",
            "gunicov_runner.py",
        ]:
            assert any(part in argv for argv in running), f"no {part} in {running}"
        assert test in session.processes()
        yield session


def assert_clean(session):
    assert not session.on_alternate_screen
    assert session.cursor_is_shown
    assert session.modes == session.modes_before
    assert session.raw.rfind(b"\x1b[?2004l") >= session.raw.rfind(b"\x1b[?2004h")
    # Nothing is left in the shell's own scrollback.
    after = session.raw[session.raw.rfind(b"\x1b[?1049l") :]
    assert b"\n" not in after


@pytest.mark.parametrize("key", ["q", "Ctrl-C"])
def test_quit_at_rest(demo, key):
    with Session(demo) as session:
        session.wait_cycle()
        session.press("2", key)
        assert session.wait_exit() == 0
        assert_clean(session)
        session.wait_nothing_left()
        assert list(demo.dir.glob(".gunicov/server-*")) == []


@pytest.mark.parametrize("key", ["q", "Ctrl-C"])
def test_quit_while_tests_run(slow, key):
    slow.press(key)
    assert slow.wait_exit() == 0
    assert_clean(slow)
    slow.wait_nothing_left()


def test_ctrl_c_twice(slow):
    slow.type("\x03\x03")
    assert slow.wait_exit() == 0
    assert_clean(slow)
    slow.wait_nothing_left()


def test_keys_before_the_first_frame_end_it_too(demo):
    with Session(demo) as session:
        session.wait_for(lambda s: b"\x1b[?1049h" in s.raw)
        session.type("q")
        assert session.wait_exit() == 0
        assert_clean(session)
        session.wait_nothing_left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals(slow, number):
    os.kill(slow.process.pid, number)
    assert slow.wait_exit() == 0
    assert_clean(slow)
    slow.wait_nothing_left()


def test_the_terminal_is_closed(slow):
    slow.hang_up()
    slow.wait_nothing_left()


def test_the_terminal_is_gone_and_no_signal_comes(demo):
    """As under a shell that keeps SIGHUP to itself: the end of its input is all that tells."""
    shell = [shutil.which("sh"), "-c", 'trap "" HUP; "$@"; :', "sh"]
    with Session(demo, wrapper=shell) as session:
        # At rest nothing is written that could fail.
        session.wait_cycle()
        session.wait_still()
        session.hang_up()
        session.wait_nothing_left()


def test_kill(slow):
    slow.process.kill()
    slow.wait_nothing_left()


PROVOKE = {
    "rejection": "void Promise.reject(new TypeError('provoked'))",
    "exception": "setTimeout(() => { throw new TypeError('provoked') })",
}


@pytest.mark.parametrize("kind", PROVOKE)
def test_what_nobody_catches_gives_the_terminal_back_and_names_the_log(demo, tmp_path, kind):
    provoke = tmp_path / "provoke.mjs"
    provoke.write_text(f"process.on('SIGUSR2', () => {{ {PROVOKE[kind]} }})\n")
    demo.only_a_slow_test()
    with Session(demo, env={"NODE_OPTIONS": f"--import={provoke}"}) as session:
        session.wait_slow_test()
        session.process.send_signal(signal.SIGUSR2)
        assert session.wait_exit() == 70
        assert not session.on_alternate_screen
        assert session.cursor_is_shown
        assert session.modes == session.modes_before
        assert session.raw.rfind(b"\x1b[?2004l") >= session.raw.rfind(b"\x1b[?2004h")
        after = session.raw[session.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "gunicov: it has broken down: TypeError: provoked" in after
        log = demo.dir / ".gunicov" / "internal-error.log"
        assert str(log) in after.replace("\r\n", "")
        assert "provoked" in log.read_text().splitlines()[-1]
        session.wait_nothing_left()
