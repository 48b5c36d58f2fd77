"""Colleagues named in a file: found by address, name or external id, or added as placeholders."""

from __future__ import annotations

from dataclasses import dataclass

from accord.platform.access import accounts, permissions
from accord.platform.models import User
from accord.platform.transfer.mapping import Fill
from accord.platform.transfer.plans import Line, Plan

SHOWN_OF_ID = 8


class Book:
    """Everybody who may own records, by what files call them."""

    def __init__(self, *, import_id: int, by: User | None) -> None:
        self.import_id, self.by = import_id, by
        self._may_add = by is None or permissions.may(by, "members.manage")
        self._known: dict[str, dict[str, int]] = {"email": {}, "external_id": {}, "name": {}}
        # Names of placeholders that were merged still mean the person they became.
        for user in [
            *User.objects.exclude(merged_into=None),
            *User.objects.people().order_by("-pk"),
        ]:
            self._enter(user)

    def find(self, text: str, fill: Fill) -> int | None:
        """The id of the colleague meant, added where the mapping says so and `by` may."""
        found = self.known(text, fill)
        return self._add(text, fill) if found is None and self.adds(fill) else found

    def known(self, text: str, fill: Fill) -> int | None:
        """The id of the colleague meant, where they are there."""
        key = text.casefold()
        for way in (fill.known_by,) if fill.known_by else ("email", "external_id", "name"):
            if found := self._known[way].get(key):
                return found
        return None

    def adds(self, fill: Fill) -> bool:
        """Whether colleagues who are missing are added."""
        return fill.create and self._may_add

    def _add(self, text: str, fill: Fill) -> int:
        external_id = "" if fill.known_by in ("", "name") else text
        bare = text.removeprefix(fill.prefix)
        name = f"{fill.called} {bare[:SHOWN_OF_ID]}" if fill.called else bare
        user = accounts.placeholder(name=name, external_id=external_id, by=self.by)
        User.objects.filter(pk=user.pk).update(import_id=self.import_id)
        self._enter(user)
        return user.pk

    def _enter(self, user: User) -> None:
        for way, text in (
            ("email", user.email),
            ("external_id", user.external_id),
            ("name", user.name),
        ):
            if text:
                self._known[way][text.casefold()] = user.merged_into_id or user.pk


@dataclass(frozen=True)
class _Place:
    at: int
    fill: Fill
    label: str


def resolve(plan: Plan, lines: list[Line], book: Book) -> None:
    """Put the ids of colleagues where their names stand; a line that names a stranger fails."""
    places = [
        _Place(at, each.fill, each.slot.label)
        for at, each in enumerate(plan.filled)
        if each.slot.kind == "person"
    ]
    for place in places:
        for line in lines:
            text = line.values[place.at]
            if text is None:
                continue
            # A row that is refused adds nobody.
            find = book.known if line.problem else book.find
            line.values[place.at] = found = find(text, place.fill)
            strict = place.fill.if_unreadable == "error" and not book.adds(place.fill)
            if found is None and strict:
                line.refuse(
                    f"{place.label}: nobody here is called “{text[:60]}”. Add them first, "
                    "or let the mapping create them."
                )
