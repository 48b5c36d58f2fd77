"""`accord collect`: the server that takes in what visitors do. It loads no Django."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import socket
from contextlib import nullcontext
from typing import Any

from accord.platform import addresses, logs
from accord.platform.running import embedded, postgres

HELP = "Take in visitors' events (the Segment HTTP API) and serve the script for pages."
NEEDS_DATABASE = False  # it finds it by itself, without Django


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--collect-port", type=int, help="Listen on this port (ACCORD_COLLECT_PORT)."
    )
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    from accord.web.collect.server import Server

    logs.to_the_terminal()
    chosen: Any = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    port = options.collect_port or chosen.COLLECT_PORT
    listening = _socket(options.fd, chosen.HOST, port)
    with nullcontext() if chosen.DATABASE_URL else embedded.running(chosen.DATA):
        url = chosen.DATABASE_URL or postgres.cluster(chosen.DATA).url()
        server = Server(url, rate=chosen.COLLECT_RATE, proxies=chosen.PROXIES)
        return 0 if asyncio.run(server.serve(listening)) else 1


def _socket(number: int | None, host: str, port: int) -> socket.socket:
    return addresses.listen(host, port) if number is None else socket.socket(fileno=number)
