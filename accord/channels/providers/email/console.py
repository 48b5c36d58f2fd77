"""Mail to the terminal: for trying Accord out, where nobody is written to."""

from __future__ import annotations

import sys
from email import message_from_bytes, policy

from accord.channels.letters import SENT, Begin, Letter, Result


def deliver(letter: Letter, begin: Begin, url: str) -> Result:
    """Print the letter, decoded."""
    mail = message_from_bytes(letter.content, policy=policy.default)
    body = mail.get_body(("plain",))
    begin()
    headers = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject"))
    text = body.get_content().replace("\r\n", "\n") if body else ""
    sys.stdout.write(f"\n--- mail ---\n{headers}\n{text}--- end ---\n")
    sys.stdout.flush()
    return Result(SENT, "printed to the terminal")
