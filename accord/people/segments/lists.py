"""Lists people were put on by hand, while contacts are merged and taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from accord.platform.events import partitions
from accord.platform.models import User

# The events of a contact moved as well: only where the last of them says otherwise is it told.
_TELL = """
WITH last AS (
    SELECT DISTINCT ON (contact_id, properties ->> 'segment')
        contact_id, (properties ->> 'segment')::bigint AS segment_id, name
    FROM platform_event
    WHERE contact_id = ANY(%(people)s) AND name IN ('segment.entered', 'segment.left')
    ORDER BY contact_id, properties ->> 'segment', happened_at DESC, recorded_at DESC, id DESC
)
INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, user_id, properties)
SELECT CASE WHEN member.id IS NULL THEN 'segment.left' ELSE 'segment.entered' END, %(now)s,
    clock_timestamp(), 'marketing', contact.id, %(by)s::bigint,
    jsonb_build_object('segment', list.id)
FROM people_contact AS contact CROSS JOIN people_segment AS list
LEFT JOIN people_membership AS member
    ON member.contact_id = contact.id AND member.segment_id = list.id
LEFT JOIN last ON last.contact_id = contact.id AND last.segment_id = list.id
WHERE contact.id = ANY(%(people)s) AND contact.deleted_at IS NULL AND list.rule IS NULL
    AND (member.id IS NOT NULL) <> coalesce(last.name = 'segment.entered', false)
"""


def watch(contacts: list[int]) -> Callable[[User | None], None]:
    """What it answers tells which lists these contacts are on, or no longer, after a merge."""

    def finish(by: User | None) -> None:
        now = timezone.now()
        partitions.ensure([now.date()])
        given: dict[str, Any] = {"people": contacts, "now": now, "by": by.pk if by else None}
        with connection.cursor() as cursor:
            cursor.execute(_TELL, given)

    return finish
