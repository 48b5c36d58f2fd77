"""Answers that are sent while they are made, so that their size costs no memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse


class Streamed(StreamingHttpResponse):
    """Sends each piece before the next one is made, whoever serves it.

    Django collects the whole of a synchronous stream first where ASGI serves it. Here every
    piece is made in the thread of the request, which holds its database connection.
    """

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: Iterator[bytes] = iter(self)

        def following() -> bytes | None:
            return next(pieces, None)

        while (piece := await sync_to_async(following)()) is not None:
            yield piece
