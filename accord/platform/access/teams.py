"""Teams: people who work together, with a lead."""

from __future__ import annotations

from django.db import transaction

from accord.engine.errors import Refused
from accord.platform import memory
from accord.platform.access import permissions
from accord.platform.models import Team, User
from accord.platform.trail import audit


class TeamNameTaken(Refused):
    """A team of this name exists already. Choose another name."""


class TeamNeedsName(Refused):
    """A team needs a name. Type one."""


@transaction.atomic
def create(*, name: str, lead: User | None = None, by: User | None) -> Team:
    """Found a team. A lead who has no team joins it. Raises TeamNameTaken, TeamNeedsName."""
    _may(by)
    team = Team.objects.create(name=_free_name(name))
    audit.record("team.created", team, by=by, name=team.name)
    memory.forget_everything()
    return appoint(team, lead=lead, by=by) if lead else team


@transaction.atomic
def rename(team: Team, *, name: str, by: User | None) -> Team:
    """Give the team another name. Raises TeamNameTaken, TeamNeedsName."""
    _may(by)
    new = _free_name(name, but=team)
    if new != team.name:
        audit.record("team.renamed", team, by=by, old=team.name, new=new)
        team.name = new
        team.save(update_fields=["name"])
        memory.forget_everything()
    return team


@transaction.atomic
def appoint(team: Team, *, lead: User | None, by: User | None) -> Team:
    """Make somebody the lead, or nobody. A lead who has no team joins this one."""
    _may(by)
    audit.record("team.led", team, by=by, old=team.lead_id, new=lead.pk if lead else None)
    team.lead = lead
    team.save(update_fields=["lead"])
    if lead and lead.team_id is None and permissions.may_manage(by, lead):
        join(lead, team=team, by=by)
    return team


@transaction.atomic
def join(user: User, *, team: Team | None, by: User | None) -> None:
    """Put a person into a team, or take them out of theirs."""
    permissions.require_manage(by, user)
    if user.team_id == (team.pk if team else None):
        return
    audit.record("user.team", user, by=by, old=user.team_id, new=team.pk if team else None)
    user.team = team
    user.save(update_fields=["team"])


@transaction.atomic
def remove(team: Team, *, by: User | None) -> None:
    """Dissolve a team. Its members and their records stay, without a team."""
    _may(by)
    audit.record("team.removed", team, by=by, name=team.name)
    team.delete()
    memory.forget_everything()


def _may(by: User | None) -> None:
    if by is not None:
        permissions.require(by, "members.manage")


def _free_name(name: str, but: Team | None = None) -> str:
    name = name.strip()
    if not name:
        raise TeamNeedsName
    if any(team != but for team in Team.objects.filter(name__iexact=name)):
        raise TeamNameTaken
    return name
