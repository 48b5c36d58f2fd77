"""Merging contacts: who looks alike, the preview, what a merge moved, and its undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.people import fields, search
from accord.people.identity import devices, likeness, merging, moving
from accord.people.models import Contact, Merge, MergeItem, Visitor
from accord.platform.access import permissions
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.staff import staff

FOUND = 8
TITLES = {
    "people_address": "Addresses",
    "people_affiliation": "Companies",
    "people_membership": "Lists",
    "sales_dealcontact": "Deals",
    "sales_activity": "Activities",
    "sales_task": "Tasks",
    "channels_message": "Messages",
    "marketing_submission": "Forms they sent",
    "events": "What happened",
}


@dataclass(frozen=True)
class Choice:
    """A field to choose, with both values in words."""

    question: merging.Question
    kept: str
    gone: str


@dataclass(frozen=True)
class Line:
    """A thing a merge changed, in words."""

    item: MergeItem
    title: str
    text: str


@staff("contact.read")
@require_safe
def alike(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of a contact's page about others who look alike or were merged into it."""
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    may_write = permissions.may(request.user, "contact.write", record)
    context = {
        "record": record,
        "alike": likeness.of(record, request.user),
        "merges": merging.of(record),
        "devices": devices.of(record),
        "may_write": may_write,
    }
    return render(request, "records/_alike.html", context)


@staff("contact.write")
@require_POST
def tell_apart(request: StaffRequest, pk: int) -> HttpResponse:
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    other = _other(request, request.POST.get("other", ""))
    if other:
        likeness.tell_apart(record, other, by=request.user)
        messages.success(request, f"{other} will not be proposed here again.")
    return redirect("contact", pk)


@staff("contact.write")
@require_POST
def device(request: StaffRequest, pk: int, visitor: int) -> HttpResponse:
    """Say that a visitor is not this contact, or that it is after all."""
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    permissions.require(request.user, "contact.write", record)
    found = get_object_or_404(Visitor, pk=visitor)
    if "accept" in request.POST:
        devices.accept(record, found, by=request.user)
    else:
        devices.reject(record, found, by=request.user)
        messages.success(request, f"That device is no longer taken for {record}.")
    return redirect("contact", pk)


@staff("contact.write")
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose whom to merge with (`q`, `with`), see field by field what becomes of it, do it."""
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    permissions.require(request.user, "contact.write", record)
    values = request.POST if request.method == "POST" else request.GET
    other = _other(request, values.get("with", ""))
    if other is None or other == record:
        return _choose(request, record)
    if request.method == "POST":
        names = fields.catalogue("contact")
        choices = {name: request.POST[f"f-{name}"] for name in names if f"f-{name}" in request.POST}
        done = merging.merge(record, other, choices=choices, by=request.user)
        messages.success(request, f"{other} is part of {record} now. You can undo it any time.")
        return redirect("contact", done.kept_id)
    found = merging.questions(record, other)
    context = {
        "record": record,
        "other": other,
        "choices": [Choice(q, _words(q, q.kept), _words(q, q.gone)) for q in found],
        "moves": list(_counted(other)),
        "companies": likeness.companies([record, other]),
        "may_other": permissions.may(request.user, "contact.write", other),
    }
    return render(request, "records/merge.html", context)


@staff("contact.read")
@require_safe
def merged(request: StaffRequest, pk: int) -> HttpResponse:
    """What a merge changed, thing by thing, and what is taken back of it."""
    done = _visible(request, pk)
    items = list(done.items.order_by("kind", "name", "pk"))
    context = {
        "merge": done,
        "waiting": [_line(each) for each in items if each.returned_at is None],
        "returned": [_line(each) for each in items if each.returned_at],
        "may_write": permissions.may(request.user, "contact.write", done.kept),
    }
    return render(request, "records/merged.html", context)


@staff("contact.write")
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a merge back: the things ticked, or all where the whole is asked for."""
    done = _visible(request, pk)
    chosen = [int(each) for each in request.POST.getlist("item") if each.isdecimal()]
    whole = "whole" in request.POST
    merging.unmerge(done, items=None if whole else chosen, by=request.user)
    left = done.items.exclude(left="").count()
    more = f" {left} things stay: they were changed since." if left else ""
    messages.success(request, f"{done.gone} is a contact of its own again.{more}")
    return redirect("merge", pk)


def _choose(request: StaffRequest, record: Contact) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found: list[Contact] = []
    if words and len(words) <= search.LONGEST:
        others = nouns.CONTACTS.rows(request.user).exclude(pk=record.pk)
        found = search.pick(others, words, FOUND)
    context = {
        "record": record,
        "q": words,
        "found": found,
        "alike": [] if words else likeness.of(record, request.user),
    }
    return render(request, "records/merge_with.html", context)


def _other(request: StaffRequest, text: str) -> Contact | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    found: Contact = get_object_or_404(nouns.CONTACTS.rows(request.user), pk=int(text))
    return found


def _visible(request: StaffRequest, pk: int) -> Merge:
    """A merge whose kept contact this person may see."""
    done: Merge = get_object_or_404(Merge.objects.select_related("kept", "gone", "by"), pk=pk)
    nouns.record(nouns.CONTACTS, request.user, done.kept_id)
    return done


def _words(question: merging.Question, value: object) -> str:
    return fields.show(question.field, value)


def _counted(other: Contact) -> Iterable[tuple[str, int]]:
    """How many rows of each kind would move."""
    counts: dict[str, int] = {}
    for table, _ in moving.rows([other.pk]):
        counts[table] = counts.get(table, 0) + 1
    for table, count in counts.items():
        yield TITLES.get(table, "More"), count


def _line(item: MergeItem) -> Line:
    if item.kind == MergeItem.Kind.FIELD:
        field = fields.catalogue("contact").get(item.name)
        before: Any = item.before["stage"] if item.name == "stage" and item.before else item.before
        if field is None:
            return Line(item, item.name, "")
        shown = [fields.show(field, fields.from_json(field, each)) for each in (before, item.after)]
        return Line(item, field.label, " → ".join(each or "empty" for each in shown))
    title = TITLES.get(item.name, "More")
    if item.kind == MergeItem.Kind.EVENTS:
        return Line(item, title, f"{item.after} entries of the timeline")
    return Line(item, title, moving.told(item))
