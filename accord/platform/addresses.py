"""The address Accord listens on."""

from __future__ import annotations

import errno
import socket

from accord.engine.errors import Refused


class PortTaken(Refused):
    """Another program uses this port."""


def listen(host: str, port: int, *, setting: str = "") -> socket.socket:
    """A socket that listens. Raises PortTaken with what to do.

    setting: the one that names the port, where it is not that of the pages.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise PortTaken(_why(host, port, error, setting)) from None
    made.listen(256)
    return made


def _why(host: str, port: int, error: OSError, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        choose = f"{setting}={port + 10}" if setting else _choosing(port + 10)
        return (
            f"Port {port} is in use, perhaps by another Accord. "
            f"Stop that program, or choose another port: {choose}"
        )
    if error.errno == errno.EACCES:
        choose = f"{setting}=8201" if setting else _choosing(8200)
        return f"Port {port} is for the system only. Choose one above 1023: {choose}"
    return f"Accord cannot listen on {host} port {port}: {error.strerror}. See ACCORD_HOST."


def _choosing(port: int) -> str:
    return f'accord up --port {port}, or make up ARGS="--port {port}"'
