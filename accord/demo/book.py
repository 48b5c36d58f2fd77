"""What the demo company put into this instance, so that all of it can be taken away again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from accord.platform.models import InstanceSetting

NAME = "demo"


@dataclass
class Book:
    """Ids of what has no import of its own; `import_id` marks everything else."""

    import_id: int
    seed: int
    company_name: str
    users: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    rates: list[int] = field(default_factory=list)
    reasons: list[int] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    suppressed: list[int] = field(default_factory=list)
    forms: list[int] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)


def read() -> Book | None:
    """The book of the demo company that is here, else None."""
    found = InstanceSetting.objects.filter(name=NAME).first()
    return Book(**found.value) if found else None


def write(book: Book) -> None:
    InstanceSetting.objects.update_or_create(name=NAME, defaults={"value": asdict(book)})


def forget() -> None:
    InstanceSetting.objects.filter(name=NAME).delete()
