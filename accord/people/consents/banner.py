"""The consent banner of our pages: what it says, and what visitors answered, with proof."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people.models import BannerAnswer, BannerText, Contact, Visitor
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

VISITS, MARKETING = "visits", "marketing"
MOST = 50  # answers shown of a contact


class NoWords(Refused):
    """Fill in everything the banner says; only the second purpose may be left out."""


@dataclass(frozen=True)
class Words:
    """What the banner says. The second purpose is not asked for where it has no label."""

    title: str
    body: str
    accept: str
    reject: str
    save: str
    visits: str
    visits_text: str
    marketing: str = ""
    marketing_text: str = ""

    @property
    def purposes(self) -> tuple[str, ...]:
        return (VISITS, MARKETING) if self.marketing else (VISITS,)


@dataclass(frozen=True)
class Said:
    """An answer as it came. text, digest: which words were shown."""

    text: int
    digest: str
    agreed: tuple[str, ...]
    at: datetime
    key_id: int
    device: str = ""
    page: str = ""
    referrer: str = ""
    network: str = ""
    agent: str = ""
    gpc: bool = False


@transaction.atomic
def word(words: Words, *, language: str, by: User | None) -> BannerText:
    """Write the next version of the banner. The words there are give themselves.

    Raises Forbidden or NoWords.
    """
    if by is not None:
        permissions.require(by, "consent.manage")
    said = asdict(words)
    needed = {name for name in said if not name.startswith("marketing")}
    if not all(said[name].strip() for name in needed) or (
        bool(words.marketing.strip()) != bool(words.marketing_text.strip())
    ):
        raise NoWords
    digest = _hash(said)
    last = BannerText.objects.filter(language=language).order_by("-version").first()
    if last and last.digest == digest:
        return last
    made = BannerText.objects.create(
        language=language,
        version=last.version + 1 if last else 1,
        words=said,
        digest=digest,
        at=timezone.now(),
        by=by,
    )
    audit.record("banner.worded", by=by, language=language, version=made.version)
    return made


def newest(language: str) -> BannerText | None:
    """The words shown in a language now; None before there are any."""
    return BannerText.objects.filter(language=language).order_by("-version").first()


def keep(answers: Iterable[Said]) -> list[Said]:
    """Write answers down, in the caller's transaction; gives those to words we never showed."""
    said = list(answers)
    texts = BannerText.objects.in_bulk({each.text for each in said})
    now = timezone.now()
    rows, strange = [], []
    for each in said:
        text = texts.get(each.text)
        known = text is not None and text.digest == each.digest
        if known and text and set(each.agreed) <= set(Words(**text.words).purposes):
            rows.append(_row(each, now))
        else:
            strange.append(each)
    if rows:
        _chain(rows)
        BannerAnswer.objects.bulk_create(rows)
    return strange


def of(contact: Contact) -> list[BannerAnswer]:
    """What was agreed to on the devices taken for a contact, newest first.

    A refusal names no device, so it is nobody's: whether this still holds, the device knows.
    """
    devices = Visitor.objects.filter(spans__contact=contact, by=Visitor.By.DEVICE)
    theirs = BannerAnswer.objects.filter(device__in=devices.values("name")).exclude(device="")
    return list(theirs.select_related("text").order_by("-at", "-pk")[:MOST])


def broken() -> Iterator[int]:
    """The ids of answers that are not as they were written, or follow one that is gone."""
    rows = BannerAnswer.objects.order_by("pk").select_related("text")
    previous = ""
    for row in rows.iterator(1000):
        linked = row.chain == _sum([previous, row.digest]) if previous or row.chain else True
        asked = {VISITS, MARKETING} if row.text.words.get("marketing") else {VISITS}
        if not (linked and is_as_written(row) and set(row.agreed) <= asked):
            yield row.pk
        previous = row.chain


def altered() -> Iterator[BannerText]:
    """The words that are not as they were written, or follow a version that is gone."""
    versions: dict[str, int] = {}
    for text in BannerText.objects.order_by("language", "version"):
        after = versions.get(text.language, 0) + 1
        if text.version != after or text.digest != _hash(text.words):
            yield text
        versions[text.language] = text.version


def is_as_written(row: BannerAnswer) -> bool:
    """Whether a row still is what was written down; what was erased in it is taken as it is."""
    return (not row.salt or row.seal == _seal(row)) and row.digest == _digest(row)


def _row(said: Said, now: datetime) -> BannerAnswer:
    row = BannerAnswer(
        text_id=said.text,
        agreed=sorted(said.agreed),
        at=said.at,
        recorded_at=now,
        key_id=said.key_id,
        device=said.device if VISITS in said.agreed else "",
        page=_place(said.page),
        referrer=_place(said.referrer),
        network=said.network,
        agent=said.agent[:300],
        gpc=said.gpc,
        salt=secrets.token_hex(16),
    )
    row.seal = _seal(row)
    row.digest = _digest(row)
    return row


def _chain(rows: Iterable[BannerAnswer]) -> None:
    """Link rows to those before them. They are written one after the other until then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_banneranswer'))")
    last = BannerAnswer.objects.order_by("-pk").values_list("chain", flat=True).first()
    previous = last or ""
    for row in rows:
        row.chain = previous = _sum([previous, row.digest])


def _hash(words: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def _place(url: str) -> str:
    """An address without what a link may tell of a person."""
    return url.partition("#")[0].partition("?")[0][:500]


def _seal(row: BannerAnswer) -> str:
    return _sum([row.salt, row.device, row.page, row.referrer, row.network, row.agent])


def _digest(row: BannerAnswer) -> str:
    moments = [row.at.timestamp(), row.recorded_at.timestamp()]
    return _sum([row.text_id, row.agreed, *moments, row.key_id, row.gpc, row.seal])


def _sum(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
