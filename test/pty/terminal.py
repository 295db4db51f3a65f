"""A program in a terminal of its own: a real pty, and pyte as the screen that a person would see."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time

import pyte

# Generous: what is waited for comes in well under a second on an idle machine.
TIMEOUT = 60.0  # seconds

# Where a program says that a whole frame is out (synchronized output); the screen is looked at there.
FRAME_SECONDS = 0.2  # how long a terminal waits for the end of a frame
FRAME_BEGIN, FRAME_END = "\x1b[?2026h", "\x1b[?2026l"

NAMED_KEYS = {
    "Space": " ",
    "Enter": "\r",
    "Esc": "\x1b",
    "Tab": "\t",
    "Shift-Tab": "\x1b[Z",
    "Backspace": "\x7f",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "Left": "\x1b[D",
    "Right": "\x1b[C",
    "Ctrl-B": "\x02",
    "Ctrl-C": "\x03",
    "Ctrl-D": "\x04",
    "Ctrl-F": "\x06",
    "Ctrl-U": "\x15",
    "Ctrl-Z": "\x1a",
}


class Screen(pyte.Screen):
    """pyte's screen, which also counts its scrolls and knows faint text."""

    def __init__(self, columns, rows):
        self.scrolls = 0
        super().__init__(columns, rows)

    def index(self):
        bottom = self.margins.bottom if self.margins else self.lines - 1
        self.scrolls += self.cursor.y == bottom
        super().index()

    def select_graphic_rendition(self, *attrs, **kwargs):
        """pyte drops SGR 2 (faint); nothing here blinks, so `blink` stands for it."""
        # An attribute with colours of its own (38;5;2) is no list of single ones.
        if 38 not in attrs and 48 not in attrs:
            single = {2: (5,), 22: (22, 25)}
            attrs = tuple(code for attr in attrs for code in single.get(attr, (attr,)))
        super().select_graphic_rendition(*attrs, **kwargs)


class Terminal:
    """Starts `argv` on a pty of `rows` by `columns`; `env` is its whole environment.

    Use as a context manager: on leaving, the program is killed if it is still there, and the pty
    is closed.
    """

    def __init__(self, argv, rows=24, columns=80, env=None, cwd=None):
        self._master, self._slave = pty.openpty()
        self._screen = Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._raw = bytearray()
        self._begun = ""  # of a frame that has not ended
        self._history = []
        self._news = threading.Condition()
        self._closed = False
        self._set_size(rows, columns)
        self.modes_before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            argv,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=env,
            cwd=cwd,
            preexec_fn=_lead_session,  # noqa: PLW1509 (two system calls, no lock)
        )
        self._enough, self._stop = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()

    # ── What is on it ──

    @property
    def lines(self):
        """The screen, one string a row, without what is blank at their ends."""
        with self._news:
            return [row.rstrip() for row in self._screen.display]

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def cells(self):
        """Rows of pyte's characters: `data`, `fg`, `bg`, `bold`, `reverse`; `blink` means faint."""
        with self._news:
            screen = self._screen
            return [
                [screen.buffer[row][column] for column in range(screen.columns)]
                for row in range(screen.lines)
            ]

    @property
    def raw(self):
        """All bytes that the program has written."""
        with self._news:
            return bytes(self._raw)

    @property
    def scrolls(self):
        """How often a line has left the screen at its top: what floods a terminal's scrollback."""
        with self._news:
            return self._screen.scrolls

    @property
    def on_alternate_screen(self):
        # pyte has one screen only.
        raw = self.raw
        return raw.rfind(b"\x1b[?1049h") > raw.rfind(b"\x1b[?1049l")

    @property
    def cursor_is_shown(self):
        with self._news:
            return not self._screen.cursor.hidden

    @property
    def modes(self):
        """The tty's modes (echo, canonical, …), as tcgetattr gives them."""
        return termios.tcgetattr(self._slave)

    def mark(self):
        """A point in time, for `appeared` and `wait_for_line`."""
        with self._news:
            return len(self._history)

    def appeared(self, pattern, since=0):
        """The first line that has matched since a mark, gone from the screen or not; else None."""
        with self._news:
            lines = self._history[since:]
        found = re.compile(pattern)
        return next((line for line in lines if found.search(line)), None)

    # ── Waiting ──

    def wait_for(self, what, timeout=TIMEOUT, describe=None):
        """Wait until the screen has a text, or a function of this terminal is true; gives its value.

        Raises AssertionError with the screen when it does not come.
        """
        if isinstance(what, str):
            text = what
            return self.wait_for(lambda terminal: text in terminal.text, timeout, repr(text))
        deadline = time.monotonic() + timeout
        while True:
            with self._news:
                value = what(self)
                if value:
                    return value
                left = deadline - time.monotonic()
                if left > 0:
                    # Some conditions (the process, a file) change without a word on the screen.
                    self._news.wait(min(left, 0.05))
                    continue
            raise AssertionError(f"never came: {describe or 'the condition'}\n{self._picture()}")

    def wait_for_line(self, pattern, since=0, timeout=TIMEOUT):
        """Wait for a line that matches, also one that was there only for a moment."""
        return self.wait_for(lambda t: t.appeared(pattern, since), timeout, pattern)

    def wait_gone(self, text, timeout=TIMEOUT):
        """Wait until the screen no longer has a text."""
        self.wait_for(lambda t: text not in t.text, timeout, f"the end of {text!r}")

    def wait_exit(self, timeout=TIMEOUT):
        """The exit code of the program, when it has ended and all it wrote is read."""
        code = self.wait_for(lambda t: t.process.poll() is not None and [t.process.poll()])[0]
        # Its last words may still be in the pty.
        self.wait_still()
        return code

    def wait_still(self, seconds=0.1):
        """Wait until nothing has been written for so long."""
        seen, before = -1, None
        while seen != before:
            seen, before = len(self.raw), seen
            time.sleep(seconds)

    # ── What a person does ──

    def press(self, *keys):
        """Keys one after the other, each a write of its own: a character or a name of NAMED_KEYS.

        Esc only as the last one: with more right behind it, it would be the start of another key.
        """
        assert "Esc" not in keys[:-1]
        for key in keys:
            self.type(NAMED_KEYS.get(key, key))

    def type(self, text):
        """Some text in one write."""
        os.write(self._master, text.encode())

    def resize(self, rows, columns):
        with self._news:
            self._set_size(rows, columns)
            self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self):
        """Close the pty, as closing the terminal's window does."""
        if not self._closed:
            self._closed = True
            # As long as a read waits, the pty is open, whatever has been closed.
            os.close(self._stop)
            self._reader.join()
            for fd in (self._enough, self._slave, self._master):
                os.close(fd)

    # ── Inside ──

    def _set_size(self, rows, columns):
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self):
        while True:
            patience = FRAME_SECONDS if self._begun else None
            ready, _, _ = select.select([self._master, self._enough], [], [], patience)
            if self._enough in ready:
                return
            try:
                data = os.read(self._master, 65536) if ready else b""
            except OSError:
                return
            with self._news:
                self._raw += data
                # Two frames in one read are still two, and half a frame is not shown.
                text = self._whole(data) if ready else self._give_up_frame()
                for piece in re.split(f"(?<={re.escape(FRAME_END)})", text):
                    self._stream.feed(piece)
                    self._remember()
                self._news.notify_all()

    def _give_up_frame(self):
        """The beginning of a frame whose end does not come: its program was stopped, say."""
        text, self._begun = self._begun, ""
        return text

    def _whole(self, data):
        """The text that has come, up to where a frame has begun and not ended; a terminal waits so."""
        text = self._begun + self._decode(data)
        begin = text.rfind(FRAME_BEGIN)
        unfinished = begin >= 0 and FRAME_END not in text[begin:]
        self._begun = text[begin:] if unfinished else ""
        return text[:begin] if unfinished else text

    def _remember(self):
        display = self._screen.display
        self._history += [display[row] for row in sorted(self._screen.dirty) if row < len(display)]
        self._screen.dirty.clear()

    def _picture(self):
        width = max(map(len, self.lines), default=0)
        frame = "─" * width
        code = self.process.poll()
        state = "is running" if code is None else f"has ended with {code}"
        return f"{frame}\n{self.text}\n{frame}\nThe program {state}."


def _lead_session():
    """In the child: a session of its own, whose terminal is the pty."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
