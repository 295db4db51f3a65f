"""Where the processes of a run wait until the server is ready: before the first test, and before a request."""

import os
import socket
import sys

# Audit events (PEP 578) of what may be a request to the server. What C code of an extension connects to by
# itself (libpq, libcurl, grpc) no audit hook hears.
REQUESTS = {
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "socket.connect",
    "socket.sendmsg",
    "socket.sendto",
    "subprocess.Popen",
}


class ServerReady:
    """Whether the run may use the server; a fork of the process has it too."""

    def __init__(self, line, held):
        """`line`: the socket on which the go comes; `held`: false where nobody has to wait."""
        self.line, self.waits = line, held
        if held:
            sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        if not self.waits or event not in REQUESTS:
            return
        # Without an address it goes where the socket is connected to already: to another process of the run.
        if event != "socket.sendmsg" or arguments[1] is not None:
            self.wait()

    def wait(self):
        """Return when the run may go on. Each process of the run looks at the one byte, and none takes it."""
        if not self.waits:
            return
        try:
            if not self.line.recv(1, socket.MSG_PEEK):
                os._exit(3)  # the runner has gone
        finally:
            self.waits = False  # after an interrupt, too

    def interrupted(self):
        """The run was interrupted while it did not wait: what it does at its end waits for nothing."""
        self.waits = False
