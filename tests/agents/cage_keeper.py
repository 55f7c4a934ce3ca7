"""Runs inside a cage and keeps its network; a script that the cage starts.

It listens there, hands the listening socket out with its process id, and waits until nobody holds
the other end. Then it ends what is left in the network: so do tests that were killed leave nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import sys


def keep(held: socket.socket, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as listening:
        socket.send_fds(held, [str(os.getpid()).encode()], [listening.fileno()])
    held.recv(1)
    while pids := [int(entry) for entry in os.listdir("/proc") if _is_here(entry)]:
        for pid in pids:
            _kill(pid)


def _is_here(entry: str) -> bool:
    if not entry.isdigit() or int(entry) == os.getpid():
        return False
    try:
        return os.path.samestat(os.stat(f"/proc/{entry}/ns/net"), os.stat("/proc/self/ns/net"))
    except OSError:
        return False  # It has ended, or is another user's.


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # It has ended by itself.


if __name__ == "__main__":
    keep(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
