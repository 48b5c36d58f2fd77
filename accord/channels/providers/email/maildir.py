"""Mail into a Maildir folder: `maildir:/folder`. Any mail program reads it; so do tests."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from accord.channels.letters import SENT, Begin, Letter, Result


def deliver(letter: Letter, begin: Begin, url: str) -> Result:
    """Write the letter. The same Message-ID is the same file, so never twice."""
    folder = Path(url.removeprefix("maildir:")).expanduser()
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    draft = folder / "tmp" / name
    with draft.open("wb") as file:
        file.write(letter.content.replace(b"\r\n", b"\n"))
        file.flush()
        os.fsync(file.fileno())
    begin()
    draft.rename(folder / "new" / name)
    return Result(SENT, f"written to {name}")
