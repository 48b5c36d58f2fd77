"""What a value may be chosen from where the choice lives in the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from accord.engine import reference
from accord.people.models import LifecycleStage, Segment
from accord.platform import memory, search
from accord.platform.memory import Memory, Table
from accord.platform.models import Team, User


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen: what is stored, what people read, what they may write."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, self.value, *self.aliases)


_users = Table(User, "name", "email", "merged_into")
_all_teams = Table(Team, "name")
_segments = Table(Segment, "name", "archived_at")
_lifecycle = Table(LifecycleStage, "name", "label", "team", "position", "definition")


def _load_colleagues() -> dict[int, str]:
    return {user.pk: str(user) for user in _users.rows() if user.merged_into_id is None}


def _load_teams() -> tuple[Choice, ...]:
    return tuple(Choice(str(team.pk), team.name) for team in _all_teams.rows())


def _load_segments() -> tuple[Choice, ...]:
    found = sorted(_segments.rows(), key=lambda each: (each.name.lower(), each.pk))
    return tuple(Choice(str(each.pk), each.name) for each in found if each.archived_at is None)


def _load_stages() -> tuple[Choice, ...]:
    return tuple(Choice(stage.name, stage.label) for stage in _lifecycle.rows())


_colleagues = Memory(_load_colleagues)
_teams = Memory(_load_teams)
_stages = Memory(_load_stages)
_segments_now = Memory(_load_segments)


def colleagues() -> dict[int, str]:
    """Names of everybody who may own a record, by id, placeholders included."""
    return _colleagues.get()


def colleagues_now() -> dict[int, str]:
    """The same, read again: somebody may have joined a moment ago."""
    memory.look_again()
    return _colleagues.get()


@cache
def countries() -> tuple[Choice, ...]:
    """The countries of ISO 3166 as people look for them: by name, whatever its accents."""
    found = sorted(reference.countries().values(), key=lambda each: search.fold(each.name))
    return tuple(Choice(each.code, each.name, each.aliases) for each in found)


@cache
def industries() -> tuple[Choice, ...]:
    """The industries a company can be in; others may be written, too."""
    return tuple(Choice(name, name) for name in reference.industries())


def teams() -> tuple[Choice, ...]:
    return _teams.get()


def segments() -> tuple[Choice, ...]:
    """The segments and lists in use, by name."""
    return _segments_now.get()


def stages() -> tuple[Choice, ...]:
    """The lifecycle stages in their order, with the company's own labels."""
    return _stages.get()


def lifecycle() -> tuple[LifecycleStage, ...]:
    """The same with their teams and definitions; for reading."""
    return _lifecycle.rows()


def forget() -> None:
    """Read all of them again: a colleague, a team or a stage was changed."""
    memory.forget_everything()
