"""The gunicorn master: found once, verified before each signal."""

import os
import signal

from gunicov_common.cgroup import oom_kills
from gunicov_common.failure import Failure
from gunicov_common.process import Process, open_pidfd

from gunicov_helper.failure import denied
from gunicov_helper.process.command_line import PYTHON_NAME, TITLE
from gunicov_helper.process.config_file import ConfigFile

DEFAULT_DIRECTORY = "/tmp/gunicov"


def record_bases():
    """Where masters' records are, as far as this process's own environment says."""
    configured = os.environ.get("GUNICOV_DIR")
    return (
        [configured, DEFAULT_DIRECTORY]
        if configured and os.path.isabs(configured)
        else [DEFAULT_DIRECTORY]
    )


class Master:
    """The gunicorn master that this session is about: its pid and its start time."""

    def __init__(self, process):
        self.pid, self.start_time = process.pid, process.start_time
        self.process, self.argv = process, process.argv()
        self.environment = process.environment()
        if self.environment is not None and TITLE.match(self.argv[0] if self.argv else ""):
            # setproctitle writes its title over the environment too; an exec in the same
            # container has the container's own.
            self.environment = {**os.environ, **self.environment}
        self.uid, self.gid = process.uid(), process.gid()

    def verify(self):
        """Raise Failure `master-gone` unless it is still the same, living process."""
        process = Process.read(self.pid)
        if process is None or process.dead or process.start_time != self.start_time:
            raise Failure(
                "master-gone",
                f"the gunicorn master (pid {self.pid}) has ended",
                "The server's log has its last words. Start the server again.",
            )

    def signal(self, number):
        """Send it a signal, having verified that it is the same process."""
        fd = open_pidfd(self.pid)
        try:
            self.verify()
            if fd is not None and hasattr(signal, "pidfd_send_signal"):
                signal.pidfd_send_signal(fd, number)
            else:
                os.kill(self.pid, number)
        except PermissionError:
            raise denied(f"may not signal the gunicorn master (pid {self.pid})") from None
        except ProcessLookupError:
            self.verify()
        finally:
            if fd is not None:
                os.close(fd)

    def refuse_without_config(self):
        """Raise Failure `config-gone` where a SIGHUP would end it: gunicorn's config is not there."""
        gone = ConfigFile(self).gone(self.cwd())
        if gone:
            raise Failure(
                "config-gone",
                f"gunicorn's config {gone} is no longer there: a SIGHUP would end the server",
                "Put it back and press a, or start the server anew without it.",
            )

    def cwd(self):
        return self.process.link("cwd")

    def directory(self):
        """Its record directory, as its own environment says; or ours does, where a title has taken the
        place of that."""
        configured = (self.environment or {}).get("GUNICOV_DIR")
        name = f"master-{self.pid}-{self.start_time}"
        bases = [os.path.join(self.cwd() or "/", configured)] if configured else []
        paths = [os.path.join(base, name) for base in bases + record_bases()]
        return next((path for path in paths if os.path.isdir(path)), paths[0])

    def runs_hook(self):
        """Whether gunicov's hook is what gunicorn takes for its config file (the command line's, else that of
        GUNICORN_CMD_ARGS), or is to be put around that (GUNICOV_HOOK=1)."""
        config = ConfigFile(self)
        return config.is_hook() or (config.by_variable and not config.off)

    def interpreter(self):
        """The Python it runs on, as far as /proc tells."""
        head = self.argv[0] if self.argv else ""
        if PYTHON_NAME.fullmatch(os.path.basename(head)) and os.path.isabs(head):
            return head
        binary = self.process.link("exe")
        if binary is None:
            return None
        # A virtual environment's python is a link to it, and only by that name has its packages.
        names = [os.path.basename(head), "python3", "python", os.path.basename(binary)]
        for folder in (self.environment or {}).get("PATH", "").split(os.pathsep):
            for name in names:
                path = os.path.join(folder, name)
                usable = os.path.isabs(path) and os.access(path, os.X_OK)
                if PYTHON_NAME.fullmatch(name) and usable and os.path.realpath(path) == binary:
                    return path
        return binary

    def oom_kills(self):
        """The count of out-of-memory kills in its cgroup (0 where it can't be read)."""
        return oom_kills(self.pid)
