"""Colleagues from a file: placeholders with hats and teams, until they are invited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from accord.platform.access import accounts, permissions, teams
from accord.platform.models import Role, Team, User
from accord.platform.transfer.colleagues import Book
from accord.platform.transfer.mapping import Fill, Mapping
from accord.platform.transfer.plans import Line, Plan
from accord.platform.transfer.targets import Batch, Choice, Rule, Slot, Target

_BY_EMAIL = "(SELECT c.id FROM platform_user AS c WHERE c.email = s.email)"
_BY_EXTERNAL_ID = """(SELECT min(c.id + 0) FROM platform_user AS c
    WHERE c.external_id = s.external_id AND c.external_id <> '' AND c.merged_into_id IS NULL)"""
_BY_NAME = """(SELECT min(c.id + 0) FROM platform_user AS c WHERE lower(c.name) = lower(s.name)
    AND c.merged_into_id IS NULL)"""
_OWNERS = """UPDATE {stage} AS s SET
problem = concat_ws(' ', s.problem, 'Only an owner changes an owner''s account.')
FROM platform_user AS u WHERE s.wave = %(wave)s AND u.id = s.object_id AND 'owner' = ANY(u.roles)
"""
_AUDITED = """
INSERT INTO platform_auditentry (at, by_id, verb, subject_type, subject_id, details)
SELECT %(now)s, %(by)s, 'user.placeholder', 'user', s.object_id, '{}' FROM {stage} AS s WHERE {new}
"""


def target() -> Target:
    """Colleagues as something to import. They cannot sign in before they are invited."""
    return Target(
        name="users",
        noun="user",
        label="Colleagues",
        model=User,
        permission="members.manage",
        write="members.manage",
        needs=(("name",), ("email",)),
        nameless="A colleague needs a name or an e-mail address.",
        rules=_rules,
        slots=_slots,
        resolve=_teams,
        check=_check,
        made=lambda batch: {
            "is_active": "false",
            "password": "'!' || translate(gen_random_uuid()::text || gen_random_uuid(), '-', '')",
            "created_at": "%(now)s",
        },
        after=_after,
    )


def _rules() -> tuple[Rule, ...]:
    taken = "Another colleague has this"
    return (
        Rule("email", "E-mail", ("email",), _BY_EMAIL, f"{taken} address.", own=True),
        Rule("external_id", "External id", ("external_id",), _BY_EXTERNAL_ID, own=True),
        Rule("name", "Name", ("name",), _BY_NAME),
    )


def _slots(mapping: Mapping) -> Iterable[Slot]:
    """Address and hats are given to new colleagues only: an import opens no doors."""
    roles = tuple(Choice(value, str(label)) for value, label in Role.choices if value != Role.OWNER)
    yield Slot("name", "Name", "text", column="name", most=200)
    yield Slot("email", "E-mail", "email", column="email", merged="c.email")
    yield Slot("roles", "Hats", "choices", column="roles", merged="c.roles::text[]", choices=roles)
    yield Slot("external_id", "External id", "text", column="external_id", most=200)
    yield Slot("manager", "Manager", "text", most=200)
    team = Slot("team", "Team", "whole", column="team_id", most=2**31)
    yield replace(team, kind="named", taken_from="manager", taken=str)


def _teams(plan: Plan, lines: list[Line], book: Book) -> None:
    """Found the teams the lines name, each led by the manager its line names."""
    at, led_by = plan.place("team"), plan.place("manager")
    if at is None:
        return
    known = {team.name.casefold(): team for team in Team.objects.select_related("lead")}
    for line in lines:
        name = line.values[at]
        if line.problem or name is None:
            line.values[at] = None
            continue
        lead = line.values[led_by] if led_by is not None else None
        team = known.get(name.casefold())
        if team is None:
            team = known[name.casefold()] = teams.create(name=name, by=book.by)
            Team.objects.filter(pk=team.pk).update(import_id=book.import_id)
        if lead and team.lead is None:
            teams.appoint(team, lead=_manager(lead, book), by=book.by)
        line.values[at] = team.pk


def _manager(name: str, book: Book) -> User:
    found = book.find(name, Fill("manager", create=True, known_by="name"))
    manager = User.objects.get(pk=found or 0)
    if manager.is_placeholder and not manager.roles:
        accounts.set_roles(manager, roles=[Role.MANAGER], by=book.by)
    return manager


def _check(batch: Batch) -> None:
    if batch.by is not None and not permissions.may(batch.by, "owner.manage"):
        batch.run(_OWNERS)


def _after(batch: Batch) -> None:
    batch.run(_AUDITED)
