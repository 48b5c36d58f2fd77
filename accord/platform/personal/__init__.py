"""What is kept of a person, and where: the one register of it.

Every table is declared here by the folder it belongs to, when the app is ready: it is a store
of personal data (`offer`), holds text in which somebody may be named (`sweep`), or holds nothing
of the people we sell to, with the reason (`impersonal`). A test fails where one is not declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

Row = Mapping[str, Any]
COPIES = 100  # the order of stores that are copies of the others: erased after all of them


class NotYet(Exception):
    """A store cannot be reached just now: the rest of an erasure is done later."""


@dataclass(frozen=True)
class Person:
    """Whom it is about. id: of the contact. visitors: ids of devices taken to be theirs.

    names: ids those devices go by. words: what names this person and nobody else, as it was
    written: addresses, numbers, ids, and the name where no other contact has it.
    emails: the addresses they have now, by which rows are found. ids: those among the words.
    numbers: every id that is theirs alone, also one too plain to be looked for in texts.
    keys: addresses and ids by which devices are said to be theirs: also those given up, and those
    that were said together with theirs, which stand on no record.
    """

    id: int
    visitors: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def _nothing(person: Person) -> None:
    """Nothing is done."""


@dataclass(frozen=True)
class Store:
    """A place in which data of a person are kept.

    name:   stands for it in files; title: what people call it.
    tables: labels of the models whose rows it reads, as app.Model.
    read:   everything it keeps of a person, as JSON values.
    erase:  takes the person out; safe to run twice. In one transaction with the logbooks open,
            unless `apart`: then it commits by itself, and may reach files.
    stays:  what remains without the person, and why; "" where nothing does.
    order:  stores with lower numbers are erased first.
    told:   what each of these rows says, in words, for the page people read; None where its
            columns say it.
    """

    name: str
    title: str
    tables: tuple[str, ...]
    read: Callable[[Person], Iterable[Row]]
    erase: Callable[[Person], None]
    stays: str = ""
    order: int = 50
    apart: bool = False
    told: Callable[[Sequence[Row]], Sequence[str]] | None = None


@dataclass(frozen=True)
class Texts:
    """Columns of text or JSON of a table, in which people may be named.

    keys: columns with the row's own id, in which an id of a person means something else.
    others: SQL for rows about a record of another kind. Of these an id in the columns is its own,
    or only that under `own` where the column is JSON.
    """

    title: str
    model: type[Model]
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    others: str = ""
    own: str = ""


@dataclass
class _Register:
    stores: dict[str, Store] = field(default_factory=dict)
    swept: dict[str, Texts] = field(default_factory=dict)
    impersonal: dict[str, str] = field(default_factory=dict)
    first: list[Callable[[], None]] = field(default_factory=list)


_known = _Register()


def offer(store: Store) -> None:
    """Make a store known. Declaring the same name twice is a bug."""
    if store.name in _known.stores:
        raise ValueError(f"the store {store.name} is declared twice")
    _known.stores[store.name] = store


def sweep(
    title: str,
    model: type[Model],
    *columns: str,
    keys: tuple[str, ...] = (),
    others: str = "",
    own: str = "",
) -> None:
    """Say that people may be named in these columns of text or JSON of a table.

    title: what people call its rows. keys: further columns, which hold the row's own id:
    somebody's address or name is taken out of them, an id that is like somebody's is not.
    others, own: see `Texts`.

    Exact words that name a person are taken out of them when the person is erased.
    """
    _known.swept[model._meta.label] = Texts(title, model, columns, keys, others, own)


def impersonal(reason: str, *tables: str) -> None:
    """Say that these tables hold nothing of the people we sell to, and why."""
    _known.impersonal |= dict.fromkeys(tables, reason)


def before_erasing(act: Callable[[], None]) -> None:
    """Have something done before it is looked up what is kept: what waits is taken in."""
    _known.first.append(act)


def stores() -> list[Store]:
    """Every store, in the order they are erased."""
    return sorted(_known.stores.values(), key=lambda store: (store.order, store.name))


def swept() -> Mapping[str, Texts]:
    """The columns in which people may be named, by table."""
    return _known.swept


def declared() -> Mapping[str, str]:
    """Every table that was declared, with what was said of it."""
    offered = {table: store.title for store in stores() for table in store.tables}
    return dict.fromkeys(_known.swept, "text people may be named in") | offered | _known.impersonal


def settle() -> None:
    """Do what is to be done before it is looked up what is kept of somebody."""
    for act in _known.first:
        act()
