"""What stands under each marketing mail: who sends it, from where, and the way out."""

from __future__ import annotations

import re
from html import unescape

from django.conf import settings
from django.utils import translation
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe

from accord.people.consents import preference_links
from accord.people.models import Contact
from accord.platform.access import preferences

_END = re.compile(r"</body\s*>", re.IGNORECASE)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


def add(text: str, html: str, contact: Contact) -> tuple[str, str]:
    """Text and HTML that end with the postal address and the link to choose or stop.

    What stands in them already is not said again; an empty HTML stays empty.
    """
    link = preference_links.address(contact)
    known = dict(settings.LANGUAGES)
    with translation.override(contact.language if contact.language in known else "en"):
        words = translation.gettext("Choose what you get, or stop everything")
    company = preferences.current()
    sender = "\n".join(part for part in (company.company_name, company.postal_address) if part)
    parts = [] if _names(text, company.postal_address) else [sender]
    parts += [] if link in text else [f"{words}:\n{link}"]
    if parts:
        text = "{}\n\n-- \n{}\n".format(text.rstrip(), "\n\n".join(parts))
    if _names(unescape(_TAG.sub(" ", html)), company.postal_address):
        sender = ""
    return text, _in_html(html, sender, link, words) if html else ""


def _names(text: str, address: str) -> bool:
    """Whether a text names the address, however its lines are broken."""
    return " ".join(address.split()) in " ".join(text.split())


def _in_html(html: str, sender: str, link: str, words: str) -> str:
    lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in sender.splitlines()))
    parts = [format_html("<p>{}</p>", lines)] if lines else []
    if escape(link) not in html:
        parts.append(format_html('<p><a href="{}">{}</a></p>', link, words))
    more = "".join(f"\n{part}" for part in parts) + "\n"
    ends = list(_END.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + more + html[at:]
