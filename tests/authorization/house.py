"""The people and records every cell of the matrix is tried with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar
from urllib.parse import parse_qsl, quote

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accord.channels.models import FailedEvent, Message, WriteKey
from accord.insight.models import Classing
from accord.marketing.forms import forms
from accord.marketing.models import Campaign, CampaignCost, Form, Proposal, Submission
from accord.people import lifecycle
from accord.people.consents import purposes
from accord.people.models import ChannelRule, Company, Contact, CustomField, Segment, Visitor
from accord.people.segments import members, saving
from accord.platform import memory
from accord.platform.access import accounts, preferences
from accord.platform.models import ExchangeRate, InstanceSetting, Job, Role, Team, User
from accord.sales.models import Activity, CloseReason, Product, Stage
from accord.sales.pipeline import pipelines
from accord.web.public import guesses
from tests.authorization.matrix import ROLES, Row
from tests.authorization.records import RECORDS

Found = TypeVar("Found")
_NOISE = ("django_session", "usersessions_usersession", "axes_", "django_migrations")
_SIGN_IN = settings.LOGIN_URL


class House:
    """Two teams; one person a role, a mate in their team and a stranger in the other."""

    def __init__(self) -> None:
        lifecycle.ensure()
        pipelines.ensure()
        preferences.change(setup_done=True, by=None)
        self.inside = Team.objects.create(name="Inside")
        self.outside = Team.objects.create(name="Outside")
        self.actors = {role: _person(role, [role], self.inside) for role in ROLES}
        self.mate = _person("mate", [Role.SELLER], self.inside)
        self.stranger = _person("stranger", [Role.SELLER], self.outside)
        self.inside.lead = self.actors["manager"]
        self.inside.save(update_fields=["lead"])
        for actor in (*self.actors.values(), self.mate, self.stranger):
            TOTP.activate(actor, generate_totp_secret())
            RecoveryCodes.activate(actor)
        self._settings = _settings()
        self.keys = {role: _session_key(actor) for role, actor in self.actors.items()}
        owners = (*self.actors.values(), self.mate, self.stranger)
        self._records = {
            (noun, owner.pk): make(owner) for noun, make in RECORDS.items() for owner in owners
        }
        self._client = Client(raise_request_exception=False)
        self._tables = _tables()
        self._untouched = self._fingerprint()

    def call(self, row: Row, role: str, whose: str, reads: str = "") -> str:
        """What becomes of this call: let in, refused or broken, in a few words.

        Whatever it changed is rolled back.
        """
        _forget()
        with transaction.atomic():
            if reads:
                InstanceSetting.objects.create(name="seller_reads", value=reads)
            answer = self._answer(row, role, whose)
            status = answer.status_code
            found = _verdict(status, answer.headers.get("Location", ""))
            changed = self._changed() if found.startswith("refused") and not reads else ""
            if changed:
                found = f"broken: refused with {status}, but {changed} changed"
            transaction.set_rollback(True)
        return found

    def ask(self, row: Row, role: str = "owner", **headers: str) -> HttpResponseBase:
        """The answer to this call, of its own records; whatever it changed is rolled back."""
        _forget()
        with transaction.atomic():
            answer = self._answer(row, role, "own", **headers)
            transaction.set_rollback(True)
        return answer

    def after(self, row: Row, role: str, look: Callable[[], Found]) -> tuple[int, Found]:
        """The status of this call on their own records, and what `look` sees then; rolled back."""
        _forget()
        with transaction.atomic():
            status = self._answer(row, role, "own").status_code
            found = look()
            transaction.set_rollback(True)
        return status, found

    def before_and_after(
        self, row: Row, role: str, change: Callable[[], None]
    ) -> tuple[bytes, bytes]:
        """The body of this answer before and after a change, while sellers read their own only."""
        _forget()
        with transaction.atomic():
            InstanceSetting.objects.create(name="seller_reads", value="own")
            memory.forget_everything()
            first = self._body(row, role)
            change()
            then = self._body(row, role)
            transaction.set_rollback(True)
        return first, then

    def _body(self, row: Row, role: str) -> bytes:
        answer = self._answer(row, role, "own")
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def address(self, row: Row, role: str = "owner") -> str:
        """The address of this row for what belongs to them."""
        record = self.record(row.noun, role, "own") if row.noun else None
        return row.address.format_map(self._names(row, role, record))

    def record(self, noun: str, role: str, whose: str) -> Model:
        """A record of the actor, of a mate in their team, or of a stranger."""
        owner = {"own": self.actors.get(role), "team": self.mate, "other": self.stranger}[whose]
        return self._records[noun, (owner or self.stranger).pk]

    def _changed(self) -> str:
        """The names of the tables that are not as they were."""
        return ", ".join(sorted({name for name, *_ in self._fingerprint() ^ self._untouched}))

    def _fingerprint(self) -> set[tuple[str, int, int]]:
        """Of every table its name, rows and one number over them; sessions and guesses aside."""
        with connection.cursor() as cursor:
            cursor.execute(self._tables)
            return set(cursor.fetchall())

    def _answer(self, row: Row, role: str, whose: str, **headers: str) -> HttpResponseBase:
        record = self.record(row.noun, role, whose) if row.noun else None
        self._client.cookies.clear()
        if role in self.keys:
            self._client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[role]
        names = self._names(row, role, record)
        answer = self._client.generic(
            row.method,
            row.address.format_map(names),
            _form(row.body, names),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )
        if answer.streaming:  # what streams is read while it is rolled back
            answer.streaming_content = [b"".join(answer.streaming_content)]
        return answer

    def _names(self, row: Row, role: str, record: Model | None) -> Mapping[str, object]:
        """What may stand between braces in an address or a body."""
        return {
            **({row.noun: record.pk, "record": record} if record else {}),
            "me": self.actors.get(role, self.stranger).pk,
            "mate": self.mate.pk,
            "stranger": self.stranger.pk,
            "owner": self.actors["owner"].pk,
            "inside": self.inside.pk,
            "outside": self.outside.pk,
            **self._settings,
        }


def _forget() -> None:
    """What a process remembers, also of links that were guessed."""
    memory.forget_everything()
    guesses.A_NETWORK.buckets.clear()


def _settings() -> dict[str, int]:
    """Things of the company that belong to nobody, by the name a row calls them."""
    forms.publish(forms.create(name="House", by=None), by=None)  # /f/house/
    made = {
        **_in_marketing(),
        **_in_sales(),
        **_in_tracking(),
        **_in_the_house(),
        **_in_segments(),
    }
    return {name: each.pk for name, each in made.items()}


def _in_marketing() -> dict[str, Model]:
    fair = Campaign.objects.create(name="Fair")
    asked, answered, spam, proposal = _form_filled_in()
    paid = CampaignCost(campaign=fair, on=date(2026, 1, 2), amount=1, currency="EUR")
    paid.save()
    news = purposes.add(label="News", by=None)
    return {
        "words": purposes.word(news, language="en", text="News.", by=None),
        "fair": fair,
        "asked": asked,
        "answered": answered,
        "spam": spam,
        "proposal": proposal,
        "cost": paid,
    }


def _in_sales() -> dict[str, Model]:
    stage = Stage.objects.filter(kind=Stage.Kind.OPEN).earliest("pk")
    return {
        "pipeline": stage.pipeline,
        "stage": stage,
        "next_stage": stage.pipeline.stages.get(position=stage.position + 1),
        "won": stage.pipeline.stages.get(kind=Stage.Kind.WON),
        "reason": CloseReason.objects.filter(reserved=False).earliest("pk"),
        "product": Product.objects.create(name="Inverter"),
        "note": Activity.objects.create(kind="note", body="Hi", happened_at=timezone.now()),
        "rate": ExchangeRate.objects.create(currency="GBP", on=date(2026, 1, 2), rate=1),
    }


def _in_tracking() -> dict[str, Model]:
    now = timezone.now()
    key = WriteKey.objects.create(key="house", name="Shop", kind="server")
    rule = {"part": "source", "how": "is", "words": ["house"], "channel": "email"}
    return {
        "write_key": key,
        "failed_event": FailedEvent.objects.create(
            received_at=now, key=key, said="{}", reason="No name."
        ),
        "channel_rule": ChannelRule.objects.create(position=1, **rule),
        "classing": Classing.objects.create(state="seen", until=0, rules=[rule]),
        "visitor": Visitor.objects.create(
            by="device", name="matrix", first_seen_at=now, last_seen_at=now, key_id=1
        ),
    }


def _in_the_house() -> dict[str, Model]:
    return {
        "placeholder": accounts.placeholder(name="Placeholder", by=None),
        "field": CustomField.objects.create(noun="contact", name="plan", label="Plan", kind="text"),
        "firm": Company.objects.create(name="Umbrella"),
        "person": Contact.objects.create(last_name="Nobody's"),
        "job": Job.objects.create(name="house", state=Job.State.DEAD, due_at=timezone.now()),
        "message": Message.objects.create(
            key="house", message_id="<house>", to="x@acme.example", state=Message.State.FAILED
        ),
    }


def _in_segments() -> dict[str, Segment]:
    """A list and a segment by a rule, with somebody in each whom everybody may see."""
    in_kiel = {"contact": "city", "kind": "text", "is": "Kiel"}
    north = saving.create(name="North", rule=in_kiel, by=None)
    regulars = saving.create(name="Regulars", by=None)
    seen = Contact.objects.create(last_name="Regular", city="Kiel")
    members.add(regulars, people=[seen.pk], by=None)
    members.evaluate(north, timezone.now())
    return {"north": north, "regulars": regulars}


def _form_filled_in() -> tuple[Form, Contact, Submission, Proposal]:
    """A form with something in its spam box and a proposal for a contact nobody owns."""
    form = forms.create(name="Asked", by=None)
    version = forms.publish(form, by=None)
    now = timezone.now()
    said = {"version": version, "form": form, "at": now, "answers": {}, "verdict": "spam"}
    spam = Submission.objects.create(**said)
    contact = Contact.objects.create(last_name="Answered")
    proposal = Proposal.objects.create(
        submission=spam, contact=contact, field="city", value="Bonn", at=now
    )
    return form, contact, spam, proposal


def _person(name: str, roles: list[str], team: Team) -> User:
    return User.objects.create(
        email=f"{name}@accord.example",
        name=name.title(),
        roles=roles,
        team=team,
        password="md5$not$checked",
    )


def _session_key(user: User) -> str:
    client = Client()
    client.force_login(user)
    client.get(reverse("settings-profile"))
    return client.session.session_key or ""


def _form(body: str, names: Mapping[str, object]) -> str:
    pairs = parse_qsl(body, keep_blank_values=True)
    return "&".join(f"{quote(name)}={quote(value.format_map(names))}" for name, value in pairs)


def _verdict(status: int, location: str) -> str:
    if status in (401, 403, 404) or location.partition("?")[0] == _SIGN_IN:
        return f"refused ({status})"
    if status < 400 or status in (409, 410, 422):
        return f"let in ({status})"
    return f"broken ({status})"


def _tables() -> str:
    names = connection.introspection.table_names()
    return " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t"
        for name in sorted(names)
        if not name.startswith(_NOISE)
    )
