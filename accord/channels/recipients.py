"""Whom messages were for as they left: records may have become one, or two again, since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accord.channels.models import Message
from accord.people.models import Contact, MergeItem


def then(messages: Sequence[Message]) -> dict[int, Contact | None]:
    """The contact each of these messages was for as the gate was asked last, by message.

    Once it left, only a merge moves a message, and its undo moves it back. So it was with whom the
    first such move since took it from, and without one it is with them still. Read the messages
    before this is called: a merge meanwhile is a move like any other. In one query, and a second
    one where some were moved.
    """
    taken = _taken_from(messages)
    contacts = Contact.objects.in_bulk(set(taken.values()))
    return {
        each.pk: contacts.get(taken[each.pk]) if each.pk in taken else each.contact
        for each in messages
    }


def _taken_from(messages: Sequence[Message]) -> Mapping[int, int]:
    """Of each message that was moved since it was decided on, the contact it was with till then."""
    decided = {each.pk: each.decided_at for each in messages}
    moves = []
    rows = MergeItem.objects.filter(
        kind=MergeItem.Kind.ROW, name=Message._meta.db_table, row_id__in=list(decided)
    ).order_by("pk")
    columns = ("row_id", "merge__at", "merge__gone", "returned_at", "merge__kept")
    for message, merged_at, gone, returned_at, kept in rows.values_list(*columns):
        moves.append((merged_at, message, gone))
        if returned_at:
            moves.append((returned_at, message, kept))
    found: dict[int, int] = {}
    for at, message, was in sorted(moves, key=lambda move: move[0]):
        asked_at = decided[message]
        if asked_at and at > asked_at:
            found.setdefault(message, was)
    return found
