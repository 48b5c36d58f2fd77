"""How fast pages answer, in process, on an instance with two years of data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import figures, instance
from bench.figures import Figure

if TYPE_CHECKING:
    from django.test import Client

NAME = "pages"
SIZES = {"contacts": 100_000, "companies": 10_000, "deals": 20_000, "events": 2_000_000}
ROUNDS, REQUESTS, WARM = 3, 20, 3
PAGE, FRAGMENT, QUERIES = 250, 100, 12
SEARCHED = ("vogt", "clara+berg", "zoe", "nordwind", "person4711", "vohgt", "meyer")

Ask = Callable[[int], Any]


@dataclass
class Page:
    """A page or fragment. `ask` requests it for the nth time and answers the response.

    budget: in milliseconds; most: queries it may take. None where a figure is only reported.
    """

    name: str
    ask: Ask
    budget: float | None = PAGE
    most: int | None = QUERIES
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    queries: int = 0


def run(sizes: Mapping[str, int] = SIZES, *, name: str = NAME) -> list[Figure]:
    """The pages of an instance of these sizes. Reports have a budget at the usual ones only."""
    from accord.platform import processes

    with instance.running():
        filling = figures.took(partial(fill, sizes))
        settle()
        crediting = figures.took(_credit)
        pages = list(every(sizes))
        processes.settle()
        loops, trips = _measure(pages)
        return [
            figures.reported(f"{name}: filling the instance", filling / 1000, "s"),
            figures.reported(f"{name}: credit of all deals, from nothing", crediting / 1000, "s"),
            figures.reported(f"{name}: reference, a loop of Python", median(loops), "ms"),
            figures.reported(f"{name}: reference, SELECT 1 and back", median(trips), "ms"),
            *(each for page in pages for each in _figures(page, name, median(loops))),
        ]


def asked(sizes: Mapping[str, int]) -> dict[str, int]:
    """These sizes, or what BENCH_CONTACTS, BENCH_EVENTS and so on say instead."""
    return {name: int(os.environ.get(f"BENCH_{name.upper()}", n)) for name, n in sizes.items()}


def fill(sizes: Mapping[str, int]) -> None:
    """Two years of a company of these sizes, by SQL in sets."""
    from datetime import timedelta

    from django.db import connection, transaction
    from django.utils import timezone

    from accord.platform.events import partitions
    from accord.platform.models import Team, User
    from accord.sales.pricing import worth

    team = Team.objects.create(name="North")
    for n in range(30):
        role = "owner" if n == 0 else "seller"
        User.objects.create_user(
            f"user{n}@accord.example", name=f"User {n}", roles=[role], team=team
        )
    today = timezone.now()
    partitions.ensure((today - timedelta(days=back)).date() for back in range(0, 731, 7))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(Path(__file__).with_name("fill.sql").read_text().format(**sizes))
    worth.reprice()


def settle() -> None:
    """What the database does by itself in the hours in which real data comes in."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _credit() -> None:
    from django.utils import timezone

    from accord.insight import attribution

    attribution.refresh(timezone.now())


def _measure(pages: list[Page]) -> tuple[list[float], list[float]]:
    """Ask for every page in rounds; the references are measured in between."""
    loops, trips = [], []
    for page in pages:
        page.ask(0)  # a session is noted once in ten minutes, which is not the page's doing
        for n in range(WARM):
            page.queries = max(page.queries, counted(page, n))
    for turn in range(ROUNDS):
        for page in pages:
            loops.append(figures.loop())
            trips.append(median(figures.took(_trip) for _ in range(20)))
            times = [
                figures.took(partial(page.ask, n))
                for n in range(turn * REQUESTS, (turn + 1) * REQUESTS)
            ]
            page.p50.append(median(times))
            page.p95.append(figures.percentile(times, 0.95))
    return loops, trips


def counted(page: Page, n: int) -> int:
    """How many queries one request makes, also those that begin and end transactions.

    With nothing at hand of the small tables a process keeps.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accord.platform import memory

    memory.forget_everything()
    with CaptureQueriesContext(connection) as queries:
        response = page.ask(n)
    if response.status_code != 200:
        raise RuntimeError(f"{page.name} answered {response.status_code}")
    return len(queries)


def _trip() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _figures(page: Page, of: str, loop: float) -> Iterator[Figure]:
    p50, p95 = median(page.p50), median(page.p95)
    name = f"{of}: {page.name}"
    yield figures.reported(f"{name}, p50", p50, "ms")
    if page.budget is None:
        yield figures.reported(f"{name}, p95", p95, "ms")
    else:
        yield figures.at_most(f"{name}, p95", p95, "ms", page.budget)
    yield figures.reported(f"{name}, p95 by the loop", p95 / loop, "times")
    if page.most is None:
        yield figures.reported(f"{name}, queries", page.queries, "queries")
    else:
        yield figures.at_most(f"{name}, queries", page.queries, "queries", page.most)


def every(sizes: Mapping[str, int] = SIZES) -> Iterator[Page]:
    from django.test import Client

    from accord.platform.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email="user0@accord.example"))

    def page(name: str, *urls: str, budget: float | None = PAGE, htmx: bool = False) -> Page:
        """The addresses in turn."""
        headers = {"hx-request": "true"} if htmx else {}
        every = [url for url, _ in zip(cycle(urls), range(ROUNDS * REQUESTS), strict=False)]
        return Page(name, lambda n: client.get(every[n], headers=headers), budget)

    yield page("today", "/")
    yield page("contacts", "/contacts/")
    yield page("contacts by stage", "/contacts/?f=stage:is:mql", "/contacts/?f=stage:is:customer")
    yield page("contacts searched", *(f"/contacts/?q={words}" for words in SEARCHED))
    yield page("contacts by name", "/contacts/?sort=name", "/contacts/?sort=-name")
    yield page("contacts, page 100", "/contacts/?page=100")
    yield page("contact", *_some("/contacts/{}/", sizes["contacts"]))
    yield page("companies", "/companies/")
    yield page("company", *_some("/companies/{}/", sizes["companies"]))
    yield page("board", "/deals/?as=board")
    yield page("deals as a table", "/deals/?as=table")
    yield page("deal", *_some("/deals/{}/", sizes["deals"]))
    usual = PAGE if sizes == SIZES else None
    yield page("funnel", "/reports/funnel/", budget=usual)
    yield page("attribution", "/reports/attribution/", budget=usual)
    feeds = _some("/contacts/{}/feed/", sizes["contacts"])
    yield page("timeline", *feeds, budget=FRAGMENT, htmx=True)
    yield page(
        "palette", *(f"/search/?q={words}" for words in SEARCHED), budget=FRAGMENT, htmx=True
    )
    yield Page("move of a card", _mover(client), FRAGMENT, most=None)  # it writes


def _some(path: str, most: int) -> list[str]:
    """A hundred records from the busiest to the quietest."""
    return [path.format(1 + n * most // 100) for n in range(100)]


def _mover(client: Client) -> Ask:
    """Moves open deals, one after the other, to the end of another stage, as the board does."""
    from accord.sales.models import Deal, Stage

    steps = list(Stage.objects.filter(kind=Stage.Kind.OPEN).values_list("pk", flat=True))
    moving = cycle(Deal.objects.open().order_by("-pk").values_list("pk", "stage")[:500])

    def move(_: int) -> Any:
        pk, stage = next(moving)
        to = steps[(steps.index(stage) + 1) % len(steps)]
        headers = {"hx-request": "true", "hx-target": f"li#deal-{pk}"}
        return client.post(f"/deals/{pk}/stage/?board=1", {"stage": to}, headers=headers)

    return move
