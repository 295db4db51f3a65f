"""Whether gunicov's hook was to be gunicorn's config file, and another one is."""

import os
import shlex

from gunicov_helper.process.command_line import TITLE, config_options, is_gunicorn

HOOKS = ("gunicov_hook.py", "gunicov_hook")
MANUAL = "docs/configuration.md, A program that starts gunicorn itself"


class ConfigFile:
    """The config files that a master's command line and GUNICORN_CMD_ARGS name; gunicorn reads one."""

    def __init__(self, master):
        environment = master.environment or {}
        try:
            words = shlex.split(environment.get("GUNICORN_CMD_ARGS", ""))
        except ValueError:
            words = []
        self.argv = master.argv
        self.there, self.in_variable = config_options(master.argv[1:]), config_options(words)
        self.off = environment.get("GUNICOV") == "0"
        # Then any config has the hook around it, where the package gunicov-hook is installed.
        self.by_variable = environment.get("GUNICOV_HOOK") == "1"

    @property
    def read(self):
        """The one that gunicorn reads, as it is named (str), or None."""
        return next((found[-1] for found in (self.there, self.in_variable) if found), None)

    def is_hook(self):
        return is_hook(self.read)

    def gone(self, cwd):
        """The path of the file that gunicorn reads at each reload, where it is not there; else None. `cwd`: the master's."""
        name = self.read or ""
        name = name[len("file:") :] if name.startswith("file:") else name
        if not name or name.startswith("python:") or not is_gunicorn(self.argv):
            return None
        path = os.path.join(cwd or "/", name)
        return None if os.path.exists(path) else path

    def kept_out(self):
        """(what keeps gunicov's hook out, although it is named; the way out), or None."""
        if self.by_variable and not self.off:
            return (
                "GUNICOV_HOOK=1 is in its environment, and has done nothing",
                "Install the package in gunicorn's Python (pip install gunicov-hook), and start the server anew.",
            )
        if self.off or not any(map(is_hook, self.there + self.in_variable)):
            return None
        if is_gunicorn(self.argv) and not self.is_hook():
            place = "gunicorn's command line" if self.there else "GUNICORN_CMD_ARGS"
            return (
                f"-c {self.read} on {place} keeps out gunicov_hook.py, which GUNICORN_CMD_ARGS names too"
                if self.there
                else f"-c {self.read} comes after gunicov_hook.py in {place}, and keeps it out",
                (
                    f"Take -c {self.read} {'off' if self.there else 'out of'} {place}, and put "
                    f"GUNICOV_USER_CONFIG={self.read} in the server's environment: gunicov_hook.py reads it then."
                ),
            )
        if not is_gunicorn(self.argv):
            return (
                (
                    "GUNICORN_CMD_ARGS names gunicov_hook.py, and a program that starts gunicorn itself does not "
                    "read that"
                ),
                f"Have its load_config load gunicov_hook.py ({MANUAL}).",
            )
        titled = TITLE.match(self.argv[0]) is not None
        return (
            "gunicov_hook.py is named as gunicorn's config, and has not run"
            + (": a -c on the command line, perhaps, keeps it out" if titled else ""),
            "Name that file in GUNICOV_USER_CONFIG in the server's environment, in place of -c."
            if titled
            else "The server's log may tell why.",
        )


def is_hook(name):
    return os.path.basename(name or "").rpartition(":")[2] in HOOKS
