"""One connection to an address that the tests use, held open so that the server's side can look for it."""

import socket

SECONDS = 3.0


class Door:
    """A connection from where the tests run. Nothing is sent on it."""

    def __init__(self):
        self.connection = None

    def knock(self, host, port):
        """Connect (the one before is closed); {"from": own address} or {"refused": why}."""
        self.close()
        try:
            self.connection = socket.create_connection((host, port), SECONDS)
        except OSError as error:
            return {"from": None, "refused": error.strerror or str(error)}
        own = self.connection.getsockname()
        name = f"[{own[0]}]" if ":" in own[0] else own[0]
        return {"from": f"{name}:{own[1]}", "refused": None}

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None
