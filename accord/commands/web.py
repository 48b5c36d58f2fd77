"""`accord web`: the pages, served by uvicorn."""

from __future__ import annotations

import argparse
import socket
import sys

import uvicorn
from django.conf import settings
from django.db import connection

from accord.platform import addresses, processes

HELP = "Serve the pages."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="Listen on this port (ACCORD_PORT).")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    if options.fd is None:
        listening = addresses.listen(settings.HOST, settings.PORT)
    else:
        listening = socket.socket(fileno=options.fd)
    connection.close()  # the pages have a pool of connections instead
    config = uvicorn.Config(
        "accord.asgi:application",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.PROXIES),
        forwarded_allow_ips=settings.PROXIES,
        timeout_graceful_shutdown=15,
    )
    server = uvicorn.Server(config)
    # uvicorn ends politely by itself, then raises the signal once more for whoever came before.
    processes.when_told_to_end(lambda *_: None)
    server.run(sockets=[listening])
    sys.stdout.flush()
    return 0 if server.started else 1
