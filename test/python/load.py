"""Requests without a pause, from clients that keep their connection and clients that open one for each."""

import random
import socket
import threading
import time

ASKED = "GET /?{} HTTP/1.1\r\nHost: here\r\nConnection: {}\r\n\r\n"


class Load:
    """`clients` of each kind ask 127.0.0.1:`port` until `end`. Each answer is awaited before the next request.

    `answered` counts whole answers, `lost` says of each other request what has become of it. A kept connection
    that the server has closed before the client asks again is no loss, as for any client.
    """

    def __init__(self, port, clients=4):
        self.port = port
        self.answered, self.lost = 0, []
        self.ended, self.lock = threading.Event(), threading.Lock()
        self.threads = [
            threading.Thread(target=self.ask, args=(random.Random(number), kept), daemon=True)
            for number, kept in enumerate([True, False] * clients)
        ]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def ask(self, chance, kept):
        connection = None
        while not self.ended.is_set():
            if connection is None or is_over(connection):
                connection, reused = None, False
            else:
                reused = True
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), 30)
                seconds = chance.choice([0, 0, 0.02, 0.05])
                text = ASKED.format(seconds, "keep-alive" if kept else "close")
                connection.sendall(text.encode())
                stays = read_answer(connection) and kept
            except (OSError, EOFError) as error:
                stays = False
                with self.lock:
                    self.lost.append(f"{'kept' if reused else 'new'} connection: {error!r}")
            else:
                with self.lock:
                    self.answered += 1
            if connection and not stays:
                connection.close()
                connection = None
            time.sleep(0.02 * chance.random())
        if connection:
            connection.close()


def is_over(connection):
    """Whether the server has closed a connection on which nothing is expected."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(30)


def read_answer(connection):
    """Read a whole answer of 200. Whether the connection stays open after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.lower()
    if not head.startswith(b"http/1.1 200"):
        raise EOFError(head.splitlines()[0])
    length = int(head.partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += receive(connection)
    return b"connection: close" not in head


def receive(connection):
    data = connection.recv(65536)
    if not data:
        raise EOFError("closed before the end of the answer")
    return data
