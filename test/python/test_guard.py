"""What the guard of a local server tells, beside what the server itself prints."""

import re
import subprocess
import sys
from pathlib import Path

PYTHON_DIR = Path(__file__).resolve().parents[2] / "python"
# The command has written when the guard tells its pid: on a busy machine it often has.
LATE = """
import sys, time, guard
class Late(guard.Guard):
    def __init__(self, argv):
        super().__init__(argv)
        self.child.wait()
guard.Guard = Late
sys.exit(guard.main(["sh", "-c", "printf starting"]))
"""


def test_the_pid_has_a_line_of_its_own_whatever_the_command_has_written_before():
    told = subprocess.run(
        [sys.executable, "-u", "-c", LATE],
        check=False,
        env={"PYTHONPATH": str(PYTHON_DIR), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    lines = told.stdout.splitlines()
    assert "starting" in lines, told.stderr
    assert [line for line in lines if re.fullmatch(r"gunicov-guard: pid \d+", line)]
