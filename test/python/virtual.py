"""A virtual environment of a test's own, made in a moment: it borrows what the tests' Python has installed."""

import json
import subprocess
from pathlib import Path

START = "import coverage; coverage.process_startup()\n"
ASK = "import json, sysconfig, sys; print(json.dumps([sysconfig.get_path('purelib'), sys.base_prefix]))"


class Virtual:
    """`python`: its interpreter; `site`: where its libraries are installed."""

    def __init__(self, base, folder):
        lent, _ = json.loads(subprocess.check_output([base, "-c", ASK], text=True))
        subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
        self.python = str(folder / "bin" / "python")
        self.site = Path(
            json.loads(subprocess.check_output([self.python, "-c", ASK], text=True))[0]
        )
        (self.site / "lent.pth").write_text(f"{lent}\n")
        # What coverage.py installs itself from 7.13 on, for each version.
        (self.site / "start.pth").write_text(START)
